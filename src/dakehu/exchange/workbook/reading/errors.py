"""Reasons why a file cannot be read, in both languages, with the remedy."""


class BookRefused(ValueError):
    """A file that cannot be read. `zh` and `en` state the position and the remedy."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


class NeedsPassword(BookRefused):
    def __init__(self, filename: str) -> None:
        super().__init__(
            f"“{filename}”有打开密码，请输入密码后重试。", f"“{filename}” is locked; give its password and try again."
        )


class WrongPassword(BookRefused):
    def __init__(self, filename: str) -> None:
        super().__init__(
            f"“{filename}”的密码不正确，请核对。", f"The password for “{filename}” is wrong; please check it."
        )


class Unopenable(BookRefused):
    def __init__(self, filename: str, zh: str, en: str) -> None:
        super().__init__(
            f"“{filename}”打不开：{zh}请用 Excel 或 WPS 打开检查，另存为 .xlsx 后重新上传。",
            f"“{filename}” does not open: {en} Look at it in Excel, save it as .xlsx and upload that.",
        )


class TooLarge(BookRefused):
    def __init__(self, filename: str, zh: str, en: str) -> None:
        super().__init__(f"“{filename}”太大：{zh}", f"“{filename}” is too large: {en}")
