// SPDX-License-Identifier: Apache-2.0
//
// test_stdlib_address.c: the parts of addresses, and how alike addresses are.
#include "tests/unit/unit.h"

#include "stdlib/stdlib.h"
#include "stdlib/tables/divisions.h"
#include "tests/unit/stdlib_call.h"

#define PARTS 8

// An address and its parts: province, city, county, town, road, number, building, room; "" where it is not certain.
typedef struct Case {
    const char *address, *parts[PARTS];
} Case;

static const Case cases[] = {
    {"浙江省绍兴市越城区府山街道解放北路88号3幢2单元501室",
     {"浙江省", "绍兴市", "越城区", "府山街道", "解放北路", "88号", "3幢", "2单元501室"}},
    {"浙江绍兴越城区解放北路八十八号",
     {"浙江省", "绍兴市", "越城区", "", "解放北路", "88号", "", ""}},
    {"绍兴市越城区解放北路88号", {"", "绍兴市", "越城区", "", "解放北路", "88号", "", ""}},
    {"越城区解放北路８８号 ", {"", "", "越城区", "", "解放北路", "88号", "", ""}},
    {"北京市朝阳区建国门外大街甲8号",
     {"北京市", "", "朝阳区", "", "建国门外大街", "甲8号", "", ""}},
    {"北京市市辖区东城区王府井大街1号", {"北京市", "", "东城区", "", "王府井大街", "1号", "", ""}},
    {"北京朝阳区建国路88号院5号楼1203室",
     {"北京市", "", "朝阳区", "", "建国路", "88号院", "5幢", "1203室"}},
    {"朝阳区建国路88号", {"", "", "朝阳区", "", "建国路", "88号", "", ""}},
    {"上海市浦东新区世纪大道100弄5号602室",
     {"上海市", "", "浦东新区", "", "世纪大道", "100弄5号", "", "602室"}},
    {"浙江省义乌市稠城街道稠州北路1号",
     {"浙江省", "", "义乌市", "稠城街道", "稠州北路", "1号", "", ""}},
    {"内蒙古自治区呼和浩特市新城区海拉尔大街1号",
     {"内蒙古自治区", "呼和浩特市", "新城区", "", "海拉尔大街", "1号", "", ""}},
    {"广西南宁市青秀区民族大道131号",
     {"广西壮族自治区", "南宁市", "青秀区", "", "民族大道", "131号", "", ""}},
    {"吉林省吉林市昌邑区解放大路1号",
     {"吉林省", "吉林市", "昌邑区", "", "解放大路", "1号", "", ""}},
    {"浙江省绍兴市柯桥区平水镇剑灶村12号",
     {"浙江省", "绍兴市", "柯桥区", "平水镇", "剑灶村", "12号", "", ""}},
    {"绍兴县平水镇剑灶村12号", {"", "", "绍兴县", "平水镇", "剑灶村", "12号", "", ""}},
    {"江西省景德镇市珠山区景德镇大道6号",
     {"江西省", "景德镇市", "珠山区", "", "景德镇大道", "6号", "", ""}},
    {"苏州市吴中区越溪街道东太湖路38号A座3层301",
     {"", "苏州市", "吴中区", "越溪街道", "东太湖路", "38号", "A幢", "3层301室"}},
    {"越城区新村路3号", {"", "", "越城区", "", "新村路", "3号", "", ""}},
    {"越城区三里路村5号", {"", "", "越城区", "", "三里路村", "5号", "", ""}},
    {"平水镇剑灶村解放路5号", {"", "", "", "平水镇", "剑灶村解放路", "5号", "", ""}},
    {"绍兴市高新区古镇路5号", {"", "绍兴市", "", "高新区", "古镇路", "5号", "", ""}},
    // A name of a road that is that of a division.
    {"江苏路88号", {"", "", "", "", "江苏路", "88号", "", ""}},
    {"北京西路2号", {"", "", "", "", "北京西路", "2号", "", ""}},
    {"上海市江苏路88号", {"上海市", "", "", "", "江苏路", "88号", "", ""}},
    // Short names that nothing closes: neither town nor road is certain.
    {"浙江绍兴解放北路88号", {"", "", "", "", "", "88号", "", ""}},
    {"绍兴市越城解放北路88号", {"", "绍兴市", "", "", "", "88号", "", ""}},
    // Whose number it is, is not said.
    {"越城区解放北路阳光花园8号", {"", "", "越城区", "", "解放北路", "", "", ""}},
    {"越城区解放北路88号3-2-501", {"", "", "越城区", "", "解放北路", "88号", "", ""}},
    {"无", {"", "", "", "", "", "", "", ""}},
};

static const FnCard *part_card(size_t part)
{
    return call_card("address_parts(t: text): record")->parts[part];
}

static CallValue read_part(CallWorld *world, const char *address, size_t part)
{
    CallValue operand = call_text(address), result = {.phys = PHYS_CODE};
    Vector arg = call_vector(world, &operand), out = call_vector(world, &result);
    FnContext fn = {.dict = world->dict, .arena = world->arena};
    int64_t row = 0;
    part_card(part)->kernel(&fn, &arg, 1, &row, 1, &out, call_fail, &result.issue);
    result.text = result.issue == REASON_NONE ? dict_str(world->dict, out.code[0]) : STR("");
    return result;
}

static void test_parts(void **state)
{
    int wrong = 0;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        for (size_t part = 0; part < PARTS; part++) {
            CallValue found = read_part(*state, cases[i].address, part);
            const char *expected = cases[i].parts[part];
            bool right = expected[0] == '\0' ? found.issue == REASON_MISSING
                                             : str_equal(found.text, str_from_cstr(expected));
            if (!right) {
                print_error("%s, part %zu: '" STR_FMT "', not '%s'\n", cases[i].address, part,
                            STR_ARG(found.text), expected);
                wrong++;
            }
        }
    assert_int_equal(wrong, 0);
}

static void test_full(void **state)
{
    CallValue found = read_part(*state, " 越城区 解放北路８８号（近鲁迅路）", PARTS);
    assert_true(str_equal(found.text, STR("越城区解放北路88号")));
    assert_int_equal(read_part(*state, "  ", PARTS).issue, REASON_CONVERSION);
}

// Every division of the last list, written in full, is read as itself.
static void test_all_divisions(void **state)
{
    CallWorld *world = *state;
    int counties = 0;
    for (int32_t top = 110000; top < 830000; top += 10000) {
        Str province;
        if (!divisions_name(divisions_own(), top, divisions_last(), &province))
            continue;
        for (int32_t code = top + 1; code < top + 9999; code++) {
            Str county, city;
            if (code % 100 == 0 ||
                !divisions_name(divisions_own(), code, divisions_last(), &county))
                continue;
            bool has_city =
                divisions_name(divisions_own(), code / 100 * 100, divisions_last(), &city);
            Str text =
                arena_printf(world->arena, STR_FMT STR_FMT STR_FMT "人民路1号", STR_ARG(province),
                             STR_ARG(has_city ? city : STR("")), STR_ARG(county));
            CallValue found = read_part(world, text.ptr, 2), road = read_part(world, text.ptr, 4);
            if (!str_equal(found.text, county) || !str_equal(road.text, STR("人民路")))
                fail_msg(STR_FMT ": " STR_FMT ", " STR_FMT, STR_ARG(text), STR_ARG(found.text),
                         STR_ARG(road.text));
            counties++;
        }
    }
    assert_true(counties > 2800);
}

static double alike(CallWorld *world, const char *a, const char *b, Reason *issue)
{
    CallValue v = CALL(world, "address_similar(a: text, b: text): real", PHYS_F64, 0, call_text(a),
                       call_text(b));
    *issue = v.issue;
    return v.f64;
}

static void test_similar(void **state)
{
    static const struct {
        const char *a, *b;
        double low, high;
    } pairs[] = {
        {"浙江省绍兴市越城区解放北路88号", "绍兴市越城区解放北路八十八号", 1, 1},
        {"越城区解放北路88号3幢501室", "越城区解放北路88号3号楼501", 1, 1},
        {"绍兴市越城区解放北路88号", "绍兴市柯桥区解放北路88号", 0, 0},
        {"杭州市解放北路88号", "绍兴市越城区解放北路88号", 0, 0},
        {"北京市朝阳区建国路88号", "吉林省长春市朝阳区建国路88号", 0, 0},
        {"朝阳区建国路88号", "吉林省长春市朝阳区建国路88号", 1, 1},
        {"绍兴县平水镇剑灶村12号", "绍兴市柯桥区平水镇剑灶村12号", 1,
         1}, // a former name says nothing
        {"越城区解放北路88号", "越城区解放北路89号", 0.49, 0.51},
        {"越城区解放北路88号", "越城区解放南路88号", 0.9, 0.99},
    };
    Reason issue;
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
        for (int turn = 0; turn < 2; turn++) {
            double found = alike(*state, turn ? pairs[i].b : pairs[i].a,
                                 turn ? pairs[i].a : pairs[i].b, &issue);
            if (issue != REASON_NONE || found < pairs[i].low || found > pairs[i].high)
                fail_msg("%s %s: %.6f", pairs[i].a, pairs[i].b, found);
        }
    (void)alike(*state, "绍兴市", "绍兴市88号", &issue);
    assert_int_equal(issue, REASON_DOMAIN);
    (void)alike(*state, "", "绍兴市88号", &issue);
    assert_int_equal(issue, REASON_CONVERSION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_full),
        cmocka_unit_test(test_all_divisions),
        cmocka_unit_test(test_similar),
    };
    return cmocka_run_group_tests(tests, call_world_create, call_world_destroy);
}
