"""The lexicon that a firm begins with: patterns over normalised text, by group. House defaults [D]. Pure data.

A pattern is matched against text as `normalisation` leaves it: lower case, simplified characters, without spaces between
Chinese characters, and without quotation marks. Patterns repeat a bounded number of times only, so a check stays short.
"""

from dataclasses import dataclass
from datetime import date

FIRST_VERSION = date(2026, 1, 1)
S = "[^。;,!?]"
T = "[^。;!?]"


@dataclass(frozen=True)
class Entry:
    """One pattern of a group; in force from `effective_from` up to and without `effective_to`."""

    code: str
    group: str
    pattern: str
    version: int = 1
    effective_from: date = FIRST_VERSION
    effective_to: date | None = None
    is_default: bool = True


PATTERNS: dict[str, tuple[str, ...]] = {
    "W01": (
        r"(?<![确担社医环])保本(?![周月人次年季日届期市行单子地])|保收益|保息|保底|兜底|刚性?兑付|刚兑|保障本金|保赚",
        rf"本金{S}{{0,6}}(安全|无忧|保障|没有?(任何)?问题|无风险|不会少|零损失|不受损|无损)|本息(无忧|保障|安全)",
        r"稳赚|包赚|只赚不|稳拿|稳赢|稳收|稳稳的|旱涝保收|双保障|躺着?(赚|赢)|睡后收入|送钱|买到就是赚到|收益(有|稳)?保障",
        r"(?<![一-鿿]经)零风险|0风险|无风险(?!利率|收益率|资产|承受)|没有?(任何|什么|一点|半点)?风险|绝对安全|百分百安全",
        rf"不(会|可能|至于|用怕|怕)(再|真|有)?(亏|赔|跌|缩水|损失|出问题)|(亏|赔|跌)不了|没{S}{{0,3}}(人会|亏过|赔过|跌过)|从来?没有?{S}{{0,8}}亏",
        rf"(和|跟|同|像|等于|相当于|就当|当作?|如同|媲美){S}{{0,5}}(存款|存银行|国债|定期|余额宝|大额存单){S}{{0,10}}(安全|风险|稳)",
        rf"就当存银行|存单平替|(堪比|秒杀)(存款|定期|余额宝|银行)|级别的安全|无惧(涨跌|波动|市场)|(无论|不管|不论){S}{{0,6}}(市场|行情|涨跌){T}{{0,10}}(都|也)",
        rf"(没有|没){S}{{0,4}}不(赚|挣)|(低|零|无|没)(风险|门槛|投资|投入){T}{{0,2}}高(收益|回报)|高(收益|回报){T}{{0,3}}(低|零|无)风险|高息",
        rf"(几乎|基本|差不多|差不离){S}{{0,4}}(没|不会|无|不可能|保){S}{{0,5}}(风险|亏|跌|赔|本)|基本无风险",
        r"(随便|闭着?眼睛?|放心大胆地?){1}[^。;,!?]{0,6}(赚|买|入|投)|正收益概率|净值归一",
        r"guarantee[ds]?.{0,30}(return|profit|principal|income|yield|capital|%)|(return|profit|principal|yield|capital|income)s? (is|are) guaranteed|capital guaranteed",
        r"(100% |completely |totally |absolutely |perfectly )(safe|secure)|risk free|zero risk|no risk(?! assessment)|without (any )?risk|can ?(not|'t) (lose|go wrong)|never lose",
        r"(just like|as safe as|same as) (a |the )?(bank|deposit|treasury|savings)|sure (win|profit)",
    ),
    "W02": (
        rf"(承诺|保证(?!金)|确保|保您|保你|担保(?!物|人|比例|品|资产|证券|买)|包(?!括|含|裹)|打(包|保)票|拍胸脯|保准){S}{{0,8}}(收益|盈利|回报|赚|不亏|跌不|亏不|本金|翻|回本|兑付|还本|付息|\d{{1,8}}%)",
        rf"(收益|回报|利息|年化){S}{{0,8}}(不会?低于|不少于|至少|不低于|保证|一定有)|(锁定|提前锁){S}{{0,6}}(收益|\d%)|收益{S}{{0,4}}锁定",
        rf"(预期|预计|预估){S}{{0,6}}(年化|收益|回报){S}{{0,10}}\d|(收益|年化){S}{{0,8}}(可达|高达|达到){S}{{0,4}}\d|最高可以?(实现|获得|拿){S}{{0,4}}\d",
        rf"(年化|收益|利息){S}{{0,8}}\d[\d.]{{0,8}}%?(是|很|都|以上)?{S}{{0,2}}稳|到期{S}{{0,4}}(一定|必|足额|稳){S}{{0,6}}(兑付|拿|还|到手)|到期兑付",
        rf"(都|能|一定|肯定|照样){{1,2}}拿到{S}{{0,4}}(收益|利息|回报)|(敢|我)保证|打包票|白纸黑字|保证书|我(向|跟|给)(您|你)保证",
        r"(promise|assure|ensure)[ds]?.{0,20}(return|profit|gain|yield|\d%)|at least \d[\d.]{0,8}% (a year|return|per year)",
    ),
    "W03": (
        rf"(亏|损失|赔){T}{{0,8}}(我|公司|我们|咱们?)(个人|全|来|都)?{S}{{0,4}}(赔|补|承担|兜|负责|担)|赔(偿|付)?(您|你)的?(损失|本金)",
        rf"(亏|跌|赔|输)了?的?都?算(我|我们|公司|咱)|(补|赔){S}{{0,4}}给(您|你)|亏了?(全|包|照)赔|抽屉协议|补(偿|足|回)您的?(损失|亏损)",
        r"(we|i)( will|'ll) (cover|pay|compensate|reimburse|make up).{0,20}loss|loss(es)?.{0,12}(on us|covered by us)",
    ),
    "W04": (
        rf"(收益|利润|盈利|赚){T}{{0,8}}(分成|五五|三七|二八|四六|对半|分享|给我)|(分享|共享)(收益|利益|利润|盈利)",
        rf"(损失|亏损|亏){T}{{0,6}}(分担|共担|平摊|各担|一半|对半)|分担(损失|亏损)|超(出|过|额)部分{T}{{0,8}}[一二三四五六七八九两\d]成|给我{S}{{0,2}}成",
        r"share (the )?(profit|loss)(es|s)?|split the (profit|loss)",
    ),
    "W05": (
        rf"代(您|客|为)?(操作|操盘|买卖|下单)|代(您|客)理财|代客|全权委托|(帮|替|为)(您|你){S}{{0,4}}(操作|操盘|下单|下了|打理账户|交易|买卖)",
        rf"(账号|密码|验证码|权限){S}{{0,4}}(给|发|告诉|交给)(我|我们)|(把|将){S}{{0,8}}(密码|验证码|权限)|跟单|带盘|带单|操盘手|一对一带",
        rf"交易{S}{{0,4}}(帮|替)(您|你)|直接(帮|替)(您|你)(买|卖)|自动跟投",
        r"(give|send|tell) (me|us) (your|the) (password|account|login)|your (password|login) (to me|so i)|trade (for you|on your behalf)|manage your account for you",
    ),
    "W06": (
        r"必(涨|跌|赚|挣|翻|中|盈)|百分(之)?百|100%(盈利|上涨|赚|胜率|成功|的?把握)|稳涨|准涨|保准|涨停(在即|可期|预测|天天|随便)|(打新|中签)必",
        rf"(一定|肯定|绝对|铁定|必然|必定|注定|绝|准保){S}{{0,8}}(涨|跌|反弹|赚|挣|翻(?!译)|突破|回本|更高|比.{{0,8}}(好|高)|能拿到|没问题|没有?任何问题)",
        rf"(即将|马上|很快|立刻)要?(暴涨|大涨|起飞|拉升|反转|翻倍|涨停)|底部已经?确认|不可能再?(跌|涨)|(一定|肯定|必|将)能?到{S}{{0,6}}点",
        rf"(翻(一|两|几)?倍|翻番|翻一?翻|个点|赚(钱)?){S}{{0,6}}(没有?问题|不成问题|轻轻松松|不难)|(大概率|十拿九稳|板上钉钉){S}{{0,4}}(赚|涨|盈)?",
        rf"(翻(一|两|几|三)?倍|翻番)|照样{S}{{0,4}}(赚|涨)|胜率{S}{{0,2}}\d|抓{S}{{0,3}}(涨停|牛股|黑马|龙头)|黑马股?|牛股|妖股|金股|(选|预测){S}{{0,2}}涨停",
        rf"(ai|大数据|算法|模型|人工智能){S}{{0,6}}(选股|预测|必|胜率)|(ai|人工智能)荐股|天天有钱赚|(今后|以后|今年)也?(一样|照样|还会|不会|不例外)",
        r"(will|is going to|bound to) (definitely|certainly|surely|absolutely)? ?(go up|rise|double|soar|rally|do it again)|(definitely|certainly|surely|guaranteed to) (go up|rise|will|double|win)|double your money",
    ),
    "W07": (
        rf"内幕|内部(消息|额度|名额|渠道|票)|小道消息|庄家|主力{S}{{0,4}}(拉升|进场|建仓|洗盘|吸筹)|独家消息|老鼠仓|别(外传|往外说|说出去)|可靠消息",
        rf"(没|未|还没|尚未)(公布|公告|公开|发布|披露){T}{{0,16}}(但|我|先|已经|提前|利润|业绩)|(马上|即将|快)要?(重组|借壳|并购|高送转)",
        rf"(亲戚|朋友|高管|董事|老总|董秘|熟人|圈内){T}{{0,8}}(说|讲|透露|告诉){T}{{0,14}}(业绩|重组|利好|暴增|大涨|大动作)|自营盘?{S}{{0,6}}(拉|买|建仓)|有大动作",
        r"inside(r)? (information|news|tip|knowledge)|tip from (inside|an insider)|not (yet )?(public|announced).{0,20}(buy|before)|before (it is|it's) (public|announced)",
    ),
    "W08": (
        rf"(别家|其他(券商|证券公司|机构)|同行|那家|(某某|某|他们|别的|人家){S}{{0,4}}(证券|券商|银行|公司)|别家券商|对家){S}{{0,14}}(太?差|坑|骗|不行|垃圾|倒闭|不靠谱|黑心|烂|完了|割韭菜)",
        rf"比(某|他|别|其他|那家|人家){S}{{0,10}}(强|好|靠谱|专业){S}{{0,3}}(百|十|几|多|太|倍)|吊打|碾压(同行|同业)|甩{S}{{0,6}}几条街",
        r"(other|another) (broker|bank|firm)s? (is|are) (bad|terrible|rubbish|cheat|crook|scam|awful|going under)",
    ),
    "W09": (
        r"国家级(?!贫困|非遗|非物质|公园|风景|高新|经开|新区)|最高级|最佳(?!联系|时间|时段|执行|实践|状态)|最好的|最优(?!化|解)|史上最|(全网|业内|行业|市场)(内)?最|排名[^。;,!?]{0,8}第一|(行业|全国|全市场|同类|业内)第一|顶级|独一无二",
        rf"唯一(一家|选择|拿到|获)|(收益|回报|业绩|费率|服务|产品){S}{{0,4}}最(高|好|优|低|牛|强)|最(牛|强|赚钱|优惠|稳健|靠谱|权威|专业)|冠军|前(1|一)%|远超同|遥遥领先|首屈一指|第一品牌",
        rf"第一(名|的)?{S}{{0,3}}(团队|券商|品牌|基金|产品)|(金牌|王牌|明星)(基金|产品|经理|投顾)|无人能及|零失误|完美",
        r"\b(no\.? ?1|number one|top ranked)\b|(the|our) best( performing)? (broker|fund|product|firm|team|manager|service|return)|unbeatable|highest return",
    ),
    "W10": (
        rf"(证监会|监管(部门|机构|层)?|交易所|协会|政府|国家|央行){S}{{0,3}}(批了|认可|推荐|背书|担保|指定|兜底|支持)|证监会批准|(国企|央企|国资|银行){S}{{0,2}}(担保|背书|兜底)",
        rf"国家队|专家{S}{{0,4}}推荐|股神|大师(亲自|推荐)|(明星|名人|院士|教授){S}{{0,4}}(推荐|代言|同款)|(经理|领导|老总|行长)本人{S}{{0,4}}买",
        r"(endorsed|approved|backed|recommended|guaranteed) by (the )?(csrc|government|state|regulator|experts?)",
    ),
    "W11": (
        rf"零佣|免佣|(免费|零成本)(交易|炒股)|佣金全(网|市场|行业)?最低|返佣|返还佣金|返现|(入金|开户|转户){S}{{0,4}}(返|送|奖)|佣金{S}{{0,8}}退|退{S}{{0,4}}佣金",
        rf"(送|返|赠)(您|你)?{S}{{0,6}}(礼品|现金|红包|购物卡|京东卡|加油卡|手机|大米|茅台|话费|礼包)",
        r"cash ?back|(gift card|cash|gift)s? (for|when|if) (opening|you open)|commission rebate|rebate (part of|your)|zero commission",
    ),
    "W12": (
        rf"(测评|问卷|评估|风险承受|测一次|经验){T}{{0,14}}((帮|替)(您|你)(填|做|改|选|搞定)|选{S}{{0,6}}(高|激进|以上|最后)|随便|往高|填高|就能评|改(成|到))|往高了?(填|选)",
        rf"按我说的(填|选|答)|(不用|免|无需|不需要)做?(测评|评估|双录|回访)|直接(帮|替)(您|你)搞定|(您|你)?是?c\d{T}{{0,12}}(办法|帮(您|你)买|也能买)",
        rf"r\d(也)?(没关系|没事|不要紧){T}{{0,12}}|r\d{S}{{0,4}}跟r\d|(我|他们?)问(什么|啥){T}{{0,6}}(答|说|回){T}{{0,3}}是|回访{T}{{0,10}}(都说|就说|答)是",
        rf"(不用|不必|别|无需)(细)?看{S}{{0,4}}(说明书|合同|揭示书|条款)|(说明书|揭示书|合同|条款|协议){S}{{0,6}}(走个?(形式|过场)|随便签|不用(看|管))|签字就行|随便签",
    ),
    "W13": (
        rf"(转账?|打款?|汇款?)(到|给|进|入){S}{{0,6}}(我|个人|私人|朋友)|个人(收款码|账户|卡)(?!所得)|私下(转|收|委托|签|退|给|付|返)|不走公司|绕(开|过)公司|飞单",
        r"(transfer|send|wire) .{0,20}(my (personal |own )?account|to me)|my personal account",
    ),
    "W14": (
        rf"(过往|历史|过去|去年|今年|近(一|两|三|半|五|\d{{1,8}})个?(年|月|周)|成立以来|上半年|七日|连续){S}{{0,14}}(收益|业绩|回报|涨幅|上涨|涨了|涨|赚|年化|增长率?|正收益){S}{{0,12}}\d[\d.]{{0,8}}%",
        rf"(连续|过去|近){S}{{0,4}}年{S}{{0,4}}(每年|年年|都|收益|正){S}{{0,6}}(正收益|赚|盈利|冠军|第一)|七日年化\d|年年{S}{{0,2}}赚|往期{S}{{0,10}}(兑付|最高档|达标)",
        r"(made|returned|gained|earned|up) \d[\d.]{0,8}% (last|this|in|over|since)|past (performance|returns?) (of|was) \d|annualised return of \d",
    ),
    "W15": (
        rf"最后(机会|一天|名额|一次|\d天|几个)|仅剩|(只|就)剩{S}{{0,6}}(个|名|席|位|天)|错过{S}{{0,6}}(再|就|后悔|这)|(别|不要|不容)错过|机不可失|机会难得|千载难逢|手慢无|先到先得|抢完|倒计时|秒杀|限时(?!委托)|仅限(前|今)?{S}{{0,3}}\d{{0,8}}(名|位|天|日)",
        rf"(赶紧|赶快|尽快|抓紧|快点?|马上|今天就){S}{{0,5}}(打款|定下|转进|转过来|下单|买|参与|上车|入手|冲|时间参与)|上车|闭眼(买|入|都)|满仓|全仓|梭哈|all ?in|别留现金|不留现金|抄作业",
        rf"不买{S}{{0,6}}(后悔|亏|吃亏)|躺赚|暴富|月入(过|上)?万|每个月{S}{{0,2}}(三|五|几|\d)千|跟着(我|老师|主力|庄家)?{S}{{0,2}}(做|买|操作|吃肉|赚)|带(您|你|大家)?(赚|飞|翻|抓)|财富自由",
        rf"大家(一起|都)(在)?买|都买了|能买多少|有多少买多少|随便买|加群|进群|领(取)?{S}{{0,5}}(牛股|黑马|金股|消息|股票)|强烈推荐|值得拥有|放心(买|推|入|签|上)|懂的来|了解一下私|一天内募集|稳稳的?幸福|别犹豫|心动不如",
        r"last chance|act now|hurry|only \d{1,8} (slots?|places?|left)|limited time|don't miss|once in a lifetime|everyone is buying|get rich",
    ),
    "W16": (
        rf"(建议|推荐|可以|应该|应当|立即|立刻|赶紧|尽快|马上|不妨|必须)(您|你)?{S}{{0,14}}(买入|买进|买这|买点|买一?些|加仓|建仓|卖出|卖了|卖掉|全卖|清仓|减仓|抄底|补仓|换成|入手)",
        rf"低吸|高抛|拿住(别|不)|别卖|(明天|今天|开盘){S}{{0,3}}就(买|卖)|(这|那|该)只?(票|股票|股)(您|你)?(可以|值得|应该|能)(拿|买|进|入)|(应该|可以)买(这|那)|涨到{T}{{0,10}}(出|卖|走)|之前(出|卖|清)掉|(全部?|立即)卖",
        r"(抄底|加仓|建仓|清仓)(时机|机会|吧|正好|正当时)|买入评级|(现在|眼下|这个价位|低位)(就)?(买入|进场|介入|布局|抄底)|全仓买进",
        r"\b(buy|sell) (now|it now|immediately|today)\b|strong (buy|sell)|you should (buy|sell)|i (suggest|recommend).{0,12}(buy|sell)ing",
    ),
    "W17": (
        rf"(预计|看到|看高|目标价?位?|有望|预测){S}{{0,8}}(\d{{3,5}}点|涨到\d|涨到|翻倍|\d[\d.]{{0,8}}(元|块))|(能|会|有望|看|站上){S}{{0,3}}到?[一二三四五六七八九十两\d]{{1,3}}[千万]点",
        r"target price|price target",
    ),
    "W18": (
        rf"(别|不要|不用|千万别|勿)(再)?(跟|和|让|告诉|对|给|向){S}{{0,8}}(公司|合规|领导|风控|监管|回访|总部)|(加|用|走)(我|咱|咱们)?(的)?(私人|个人|私)?微信|私人微信|私(我|聊)(?!人)|(公司|企微|电话){S}{{0,4}}有监控",
        rf"拆成?{S}{{0,4}}(几|多|\d|两|三)?(笔|份|次){T}{{0,4}}|(免得|避免|不会|以免)触发|(合同|协议|文件|表格|单子){S}{{0,6}}(替|帮|给)(您|你)(都)?签|我(替|帮)(您|你)签|补(个|一下|签)?确认|写给监管看|代签|实际上保|内部都",
        r"don'?t tell (compliance|anyone|the firm|my (boss|manager)|them)|(add|use) my (personal|private) (wechat|whatsapp)|off the record|keep (this|it) between us",
    ),
    "W19": (
        rf"借(点|些|一?笔)?钱{T}{{0,12}}(加仓|仓位|投资?|炒|买|加)|(抵押|房贷|信用卡|网贷|消费贷|套现){T}{{0,12}}(两融|炒股|投资?|买|加仓)|覆盖利息|拼单|凑{T}{{0,8}}(买|私募|万)",
        rf"(用|借){S}{{0,6}}(爱人|家人|别人|他人|亲戚|父母|老婆|老公|朋友|名义){S}{{0,6}}(账户|买|开)|账户借|借(您|你|我|他)?的?账户|多做(几|两|点)次?短?线?|天天进出|(手续费|交易费|佣金){S}{{0,3}}不(贵|多|高)|别怕{S}{{0,4}}(费|亏)|做T",
        r"(borrow|mortgage|loan).{0,30}(to invest|to buy|buy more)|lend (me |us )?your account",
    ),
}
# Sentences that the law or the firm itself wants said: inside them nothing is asked about again.
ACCEPTED: tuple[str, ...] = (
    r"(该|本)?产品不保证本金",
    r"(基金|理财产品|产品)?的?(过往|历史|以往)业绩(并)?不(能)?(代表|预示|预测|等于)其?未来(的)?(表现|收益|业绩|实际收益)",
    r"不构成(任何)?(投资建议|对收益的承诺|收益承诺|买卖建议)|不推荐任何买卖|不会推荐任何产品",
    r"名称不代表收益保障或其他任何形式的收益承诺",
    r"公司员工不会向您索要密码[^。;!?]{0,4}验证码,?(也不会让您把钱转到个人账户)?",
    r"凡是声称保本高收益的,?请先拨打公司客服",
    r"(工作人员)?不会代您填写或引导选项",
    r"不能对后续涨跌作出判断|市场短期走势我们无法判断",
    r"past performance (is not a guarantee of|does not guarantee|is not indicative of|does not indicate) future (results|returns|performance)",
    r"does not guarantee the principal",
)


def entries() -> list[Entry]:
    """Return the entries that every firm begins with, coded W01.1, W01.2 …"""
    return [
        Entry(f"{group}.{number}", group, pattern)
        for group, patterns in PATTERNS.items()
        for number, pattern in enumerate(patterns, 1)
    ]
