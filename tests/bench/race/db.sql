-- SPDX-License-Identifier: Apache-2.0
-- db-benchmark's groupings and joins, and what stands out in its group, for the peers. `NAME chdb`: where chDB has other words.
-- g01
SELECT id1, sum(v1) AS v1 FROM x GROUP BY id1;
-- g02
SELECT id1, id2, sum(v1) AS v1 FROM x GROUP BY id1, id2;
-- g03
SELECT id3, sum(v1) AS v1, avg(v3) AS v3 FROM x GROUP BY id3;
-- g04
SELECT id4, avg(v1) AS v1, avg(v2) AS v2, avg(v3) AS v3 FROM x GROUP BY id4;
-- g05
SELECT id6, sum(v1) AS v1, sum(v2) AS v2, sum(v3) AS v3 FROM x GROUP BY id6;
-- g06
SELECT id4, id5, quantile_cont(v3, 0.5) AS median_v3, stddev(v3) AS sd_v3 FROM x GROUP BY id4, id5;
-- g06 chdb
SELECT id4, id5, quantileExactInclusive(0.5)(v3) AS median_v3, stddevSampStable(v3) AS sd_v3 FROM x GROUP BY id4, id5;
-- g07
SELECT id3, max(v1) - min(v2) AS range_v1_v2 FROM x GROUP BY id3;
-- g08
SELECT id6, unnest(max(v3, 2)) AS largest2_v3 FROM x GROUP BY id6;
-- g08 chdb
SELECT id6, arrayJoin(arraySlice(arrayReverseSort(groupArray(v3)), 1, 2)) AS largest2_v3 FROM x GROUP BY id6;
-- g09
SELECT id2, id4, pow(corr(v1, v2), 2) AS r2 FROM x GROUP BY id2, id4;
-- g10
SELECT count(*) AS groups, sum(v3) AS v3, sum(n) AS n FROM (SELECT id1, id2, id3, id4, id5, id6, sum(v3) AS v3, count(*) AS n FROM x GROUP BY id1, id2, id3, id4, id5, id6) AS g;
-- j01
SELECT count(*) AS n, sum(v1 + v2) AS total FROM x JOIN small USING (id1);
-- j02
SELECT count(*) AS n, sum(v1 + v2) AS total FROM x JOIN medium USING (id2);
-- j03
SELECT count(*) AS n, sum(v1 + coalesce(v2, 0)) AS total FROM x LEFT JOIN medium USING (id2);
-- j04
SELECT count(*) AS n, sum(v1 + v2) AS total FROM x JOIN medium USING (id5);
-- j05
SELECT count(*) AS n, sum(v1 + v2) AS total FROM x JOIN big USING (id3);
-- zscore
SELECT count(*) AS n, sum(x) AS total FROM reading JOIN (SELECT g, avg(x) AS m, stddev(x) AS sd FROM reading GROUP BY g) AS s USING (g) WHERE abs(x - m) > 3 * sd;
-- zscore chdb
SELECT count(*) AS n, sum(x) AS total FROM reading JOIN (SELECT g, avg(x) AS m, stddevSampStable(x) AS sd FROM reading GROUP BY g) AS s USING (g) WHERE abs(x - m) > 3 * sd;
-- median
SELECT g, median(x) AS m FROM reading GROUP BY g;
-- median chdb
SELECT g, quantileExactInclusive(0.5)(x) AS m FROM reading GROUP BY g;
-- mad
WITH w AS (SELECT g, x, abs(x - md) AS ad FROM reading JOIN (SELECT g, median(x) AS md FROM reading GROUP BY g) AS s USING (g)) SELECT count(*) AS n, sum(x) AS total FROM w JOIN (SELECT g, median(ad) AS mad FROM w GROUP BY g) AS m USING (g) WHERE ad > 3.5 * 1.4826 * mad;
-- mad chdb
WITH w AS (SELECT g, x, abs(x - md) AS ad FROM reading JOIN (SELECT g, quantileExactInclusive(0.5)(x) AS md FROM reading GROUP BY g) AS s USING (g)) SELECT count(*) AS n, sum(x) AS total FROM w JOIN (SELECT g, quantileExactInclusive(0.5)(ad) AS mad FROM w GROUP BY g) AS m USING (g) WHERE ad > 3.5 * 1.4826 * mad;
-- benford
WITH d AS (SELECT g, CAST(floor(abs(x) / pow(10, floor(log10(abs(x))))) AS integer) AS d, count(*) AS c FROM reading WHERE x <> 0 GROUP BY ALL), n AS (SELECT g, sum(c) AS n FROM d GROUP BY g), p AS (SELECT d, log10(1 + 1 / d) AS p FROM (VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS v(d)) SELECT n.g, sum(pow(coalesce(d.c, 0) - n.n * p.p, 2) / (n.n * p.p)) AS score FROM n CROSS JOIN p LEFT JOIN d ON d.g = n.g AND d.d = p.d GROUP BY n.g HAVING max(n.n) >= 20;
