"""Invented clients in any number, the same for the same seed: for benchmarks and harnesses."""

import csv
import random
from collections.abc import Iterator
from pathlib import Path

HEADINGS = [
    "客户号",
    "客户姓名",
    "性别",
    "身份证号",
    "手机号码",
    "职业",
    "客户类别",
    "风险等级",
    "测评日期",
    "资产规模",
    "开户日期",
]
FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅建国文辉力健世广志义兴良海山仁波宁贵福生龙元全胜学祥才发成康星光天达安岩中茂进林有坚和彪博诚先敬震振壮会思群豪心邦承乐绍功松善厚庆民友裕河哲江浩亮政谦亨奇固之轮翰朗伯宏言若鸣朋斌栋维启克伦翔旭鹏泽晨辰士以家致树炎德行时泰盛雄琛钧冠策腾榕风航弘"
JOBS = ["企业高管", "医生", "教师", "工程师", "律师", "自由职业", "个体经营", "退休"]
CLASSES = ["大众", "财富", "私人财富", "机构"]
LEVELS = ["C1", "C2", "C3", "C4", "C5"]
WEIGHTS, CHECKS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"


def clients(count: int, seed: int = 1, first: int = 0) -> Iterator[list[str]]:
    """Yield rows under HEADINGS; every code, ID number and mobile is unique."""
    draw = random.Random(seed)
    for n in range(first, first + count):
        body = f"310{n % 900 // 10 + 101:03d}{1950 + n % 50}{n % 12 + 1:02d}{n % 28 + 1:02d}{n // 25200 % 100:02d}{n // 50 % 5 + n % 5 * 2 // 2:01d}"
        check = CHECKS[sum(int(d) * w for d, w in zip(body, WEIGHTS, strict=True)) % 11]
        name = draw.choice(FAMILY) + "".join(draw.choices(GIVEN, k=draw.choice((1, 2, 2))))
        yield [
            f"B{n:08d}",
            name,
            "男" if int(body[16]) % 2 else "女",
            body + check,
            f"13{n:09d}",
            draw.choice(JOBS),
            draw.choice(CLASSES),
            draw.choice(LEVELS),
            f"{draw.randint(2024, 2026)}-{draw.randint(1, 10):02d}-{draw.randint(1, 28):02d}",
            f"{draw.randint(1, 50_000_000) / 100:.2f}",
            f"{draw.randint(2005, 2025)}-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}",
        ]


def write_csv(path: Path, count: int, seed: int = 1) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        out = csv.writer(stream)
        out.writerow(HEADINGS)
        out.writerows(clients(count, seed))
    return path
