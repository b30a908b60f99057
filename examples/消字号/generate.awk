# SPDX-License-Identifier: Apache-2.0
#
# generate.awk: writes the data of this example: 问题产品.csv, 网店商品.csv, 药店.csv, 辖区.csv.
#
#   awk -v out=FOLDER -f generate.awk
#
# 2,000 pharmacies with 100 items each. All of it follows from one seed, so every machine writes the
# same bytes. What the model must find is planted in plant(); everything else is made so that it holds
# no hit: ordinary names are never names of the list.

# The next number of the minimal standard generator, from 0 to n - 1. Products stay below 2^53.
function random(n)
{
    seed = (seed * 16807) % 2147483647
    return int(seed / 2147483647 * n)
}

function pick(words, count)
{
    return words[random(count) + 1]
}

# A maker's licence. All products of one maker carry the same one.
function licence(maker)
{
    return sprintf("%s卫消证字（%d）第%04d号", province[maker % 10 + 1], 2015 + maker % 9, maker)
}

# A day of 2024 from its number (1 = January 1st).
function day(n,   month)
{
    for (month = 1; n > length_of[month]; month++)
        n -= length_of[month]
    return sprintf("2024-%02d-%02d", month, n)
}

# Names of 5 characters: the first 40 combinations stand on the list, the others never do.
function product(n)
{
    return first[n % 15 + 1] second[int(n / 15) % 12 + 1] third[int(n / 180) % 4 + 1]
}

function item(shop, number, title, maker_licence, date, state)
{
    printf "S%04d-%03d,S%04d,%s,%s,%d.%d0,%s,%s,截图/%04d/%03d.png\n", shop, number, shop, title,
        maker_licence, 8 + random(90), random(10), date, state, shop, number > items
}

function title(name)
{
    return pick(before, 6) name pick(after, 6)
}

# Replaces an ordinary item of a shop by one that sells product `n` of the list.
function plant(shop, number, n, maker_licence, date, state)
{
    planted[shop, number] = title(product(n)) "," maker_licence "," date "," state
}

function write_list(   n)
{
    print "序号,产品,品牌,厂家,证号,检出,通报日,撤销日" > list
    for (n = 0; n < 40; n++)
        printf "%d,%s,,消毒用品厂%03d,%s,%s,%s,%s\n", n + 1, product(n), n + 1,
            (n == 38 || n == 39 ? "" : licence(n + 1)), pick(found, 4),
            (n < 30 ? "2024-02-15" : "2024-04-10"), (n == 20 ? "2024-05-01" : "") > list
    close(list)
}

function write_shops(   s, district_number)
{
    print "店号,店名,地址,区划,平台" > shops
    for (s = 1; s <= 2000; s++) {
        district_number = s == 1207 ? 9 : (s % 50 == 13 ? 0 : s % 8 + 1)
        printf "S%04d,药房%04d号店,示范路%d号,%s,%s\n", s, s, s % 300 + 1,
            (district_number == 0 ? "" : district[district_number]), pick(platform, 3) > shops
    }
    close(shops)
    print "区划,检察院" > offices
    for (s = 1; s <= 8; s++)
        print district[s] "," office[s] > offices
    close(offices)
}

# What is hidden in the 200,000 items.
function write_truth(   i)
{
    # Seven shops sell products of the list under the maker's licence after the notice.
    plant(16, 5, 0, licence(1), day(60), "在售"); plant(16, 6, 0, licence(1), day(95), "在售")
    plant(16, 7, 7, licence(8), day(95), "在售")
    plant(216, 40, 3, licence(4), day(80), "在售")
    plant(392, 77, 12, licence(13), day(120), "在售"); plant(392, 78, 12, licence(13), day(121), "下架")
    plant(640, 1, 31, licence(32), day(110), "在售")
    plant(1001, 99, 5, licence(6), day(46), "在售")  # the day of the notice
    plant(1207, 50, 9, licence(10), day(150), "在售") # a district without an office in the table
    plant(1999, 13, 2, licence(3), day(170), "在售"); plant(1999, 14, 4, licence(5), day(171), "在售")
    # Four shops took the item from the shelf, five sell the one whose notice was withdrawn.
    for (i = 1; i <= 4; i++)
        plant(300 + i * 11, 20 + i, 10 + i, licence(11 + i), day(100 + i), "下架")
    for (i = 1; i <= 5; i++)
        plant(500 + i * 13, 30 + i, 20, licence(21), day(125 + i), "在售")
    # Twelve show no licence number, one shows a part of it.
    for (i = 1; i <= 12; i++)
        plant(700 + i * 17, 40 + i, 13 + i % 6, "", day(90 + i), "在售")
    plant(1500, 60, 6, "豫卫消证字（2022）第00**号", day(130), "在售")
    # Before the notice: nothing. Same name, another maker: nothing.
    for (i = 1; i <= 40; i++)
        plant(1600 + i, i, i % 30, licence(i % 30 + 1), day(10 + i % 30), "在售")
    for (i = 1; i <= 300; i++)
        plant(2 + i * 6, 90, i % 38, licence(100 + i % 150), day(60 + i % 100), "在售")
}

function write_items(   s, n, parts)
{
    print "商品号,店号,标题,证号,价格,采集日,状态,截图" > items
    for (s = 1; s <= 2000; s++)
        for (n = 1; n <= 100; n++) {
            if ((s, n) in planted) {
                split(planted[s, n], parts, ",")
                item(s, n, parts[1], parts[2], parts[3], parts[4])
                continue
            }
            # Ordinary goods; some makers of the list sell other products, 4 of 100 show no number.
            item(s, n, title(product(40 + random(680))), random(25) == 0 ? "" : licence(1 + random(300)),
                day(5 + random(175)), random(20) == 0 ? "下架" : "在售")
        }
    close(items)
}

BEGIN {
    seed = 20240630
    split("31 29 31 30 31 30 31", length_of, " ")
    split("赣 湘 鄂 苏 浙 皖 鲁 豫 粤 川", province, " ")
    split("草本 皮康 清舒 润宁 百藓 苗方 藏韵 本草 康肤 净痒 舒肤 肤乐 宝宝 冰黄 草珊", first, " ")
    split("抑菌 消毒 护肤 清洁 洁肤 祛味 止味 舒缓 修护 洁阴 足部 鼻部", second, " ")
    split("乳膏 喷剂 凝胶 软膏", third, " ")
    split("【官方正品】 【包邮】 药房直售 同款推荐 (买二送一) 正品", before, " ")
    split("20g 15g*2盒 皮肤外用 家庭装 30ml 草本配方", after, " ")
    split("氯倍他索丙酸酯 咪康唑 地塞米松 特比萘芬", found, " ")
    split("甲平台 乙平台 丙平台", platform, " ")
    split("990201 990202 990203 990204 990205 990206 990207 990208 990299", district, " ")
    split("本院 乙区院 丙区院 丁区院 戊区院 己区院 庚市院 辛市院", office, " ")
    list = out "/问题产品.csv"; items = out "/网店商品.csv"
    shops = out "/药店.csv"; offices = out "/辖区.csv"
    write_list()
    write_shops()
    write_truth()
    write_items()
}
