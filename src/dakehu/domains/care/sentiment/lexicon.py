"""Words of mood, as data: the baseline that the model is compared with, and the words that make a text not neutral.

Written for this project [D: house default], in the words of clients of a broker and of people who were served.
"""

POSITIVE = (
    "满意 谢谢 感谢 多谢 很好 真好 不错 挺好 太好 好评 好吃 美味 可口 喜欢 开心 高兴 放心 安心 踏实 专业 耐心 细心 周到 热情 贴心 及时 "
    "很快 挺快 真快 快捷 方便 清楚 明白了 靠谱 信任 信得过 负责 认真 用心 推荐给 表扬 点赞 赞 棒 给力 辛苦了 帮了大忙 省心 超值 实惠 "
    "划算 便宜 值得 感动 温暖 舒服 顺利 准时 强多了 赚了 盈利 回本 增长 同比增 预增 扭亏 中标 获批 增持 回购 涨停 大涨 新高 创新 分红 突破 "
    "利好 超预期 签约 上涨 完美 优秀 一流 新鲜 干净 thank thanks great good helpful satisfied happy excellent patient professional clear"
).split()
NEGATIVE = (
    "失望 不满 生气 气死 投诉 差评 太差 很差 真差 差劲 糟糕 垃圾 恶心 难吃 太慢 很慢 真慢 慢死 拖 推诿 敷衍 不理 没人管 没人理 没人接 没回音 没有回音 "
    "没消息 不回 不负责 不专业 态度差 态度不好 态度恶劣 冷淡 不耐烦 忽悠 骗 坑 误导 太贵 贵了 收费高 乱收 多收 扣钱 亏 赔 套牢 被套 "
    "腰斩 跌 担心 害怕 焦虑 着急 急死 后悔 难受 伤心 郁闷 无语 崩溃 卡顿 卡死 闪退 登不上 打不开 出错 故障 太麻烦 真麻烦 很麻烦 麻烦死 复杂 不方便 等了 迟到 "
    "超时 送错 漏 少送 凉了 冷了 不新鲜 异物 难看 再也不 不会再 不想再 销户 转走 换一家 减持 预亏 亏损 下滑 下降 处罚 立案 违规 问询函 "
    "关注函 警示函 诉讼 冻结 违约 退市 质押 爆雷 跌停 终止 失败 "
    "disappointed angry complain complaint bad terrible slow rude useless worst unhappy loss lost crash crashes never"
).split()
# Questions and information: without any word of mood, the text is neutral.
ASKING = (
    r"请问|咨询|想问|问一下|什么时候|几点|多少|怎么(?!这么|办|还|回事|能这|会这|又|搞)|如何|哪里|哪个|哪些|是否|能不能|可不可以|有没有|吗[?。!]?$|"
    r"^(?:请|麻烦|帮我|烦请|我要|我想)(?:.{0,12})(?:办理|开通|预约|发|寄|打印|查|更改|修改|更新|变更|提供|安排|确认|约)|"
    r"已(?:收到|提交|预约|办理|更新|寄出|签)|(?:客户|本人)(?:来电|来访)?(?:询问|咨询|预约|要求(?:打印|开通|变更))|"
    r"改(?:到|为|成)|约(?:在|了)|"
    r"\b(?:what|when|where|which|how (?:do|much|many|can)|could you|can you|please (?:send|call|confirm|change))\b"
)
