-- motor-small-claims (rulesets/motor-small-claims) over a portfolio, by hand: what somebody who knows DuckDB and this
-- one policy would write. Times are microseconds UTC, points hundredths, points lost millionths; whole numbers only.
-- The bits of `waived` and of the situation are those of weights.csv: severe weather 1, surge 2, then the waived
-- indicators in their order, acceptance 4 to satisfaction 128. Shanghai has been at +08:00 since 1991.

CREATE TEMP MACRO as_of() AS epoch_us(TIMESTAMPTZ '$as_of');
CREATE TEMP MACRO hours(n) AS n * 3600000000;
CREATE TEMP MACRO far() AS 9000000000000000000;
CREATE TEMP MACRO month_of(moment) AS date_trunc('month', make_timestamp(epoch_us(moment) + hours(8)))::DATE;
-- 100 points within the target; each tenth of it that is begun beyond takes ten. Nothing for a time that is missing.
CREATE TEMP MACRO tenths(taken, target) AS
    CASE WHEN taken <= target THEN 10000
         WHEN taken > target THEN 10000 - 1000 * least(10, (10 * taken - 1) // target - 9) END::INTEGER;
CREATE TEMP MACRO overlap(since, until, start, stop) AS greatest(0, least(until, stop) - greatest(since, start));
-- Units as the decimals of the result, without a division.
CREATE TEMP MACRO tenths_of_one(units) AS (units * 0.1::DECIMAL(2, 1))::DECIMAL(18, 1);
CREATE TEMP MACRO hundredths(units) AS (units * 0.01::DECIMAL(3, 2))::DECIMAL(18, 2);
CREATE TEMP MACRO myriadths(units) AS (units * 0.0001::DECIMAL(5, 4))::DECIMAL(18, 4);
CREATE TEMP MACRO millionths(units) AS (units * 0.000001::DECIMAL(7, 6))::DECIMAL(18, 6);

CREATE TEMP TABLE weights AS FROM read_csv('$weights', header = true, auto_detect = false, columns = {
    situation: 'INTEGER', n1: 'BIGINT', n2: 'BIGINT', n3: 'BIGINT', n4: 'BIGINT', n5: 'BIGINT', n6: 'BIGINT',
    n7: 'BIGINT', n8: 'BIGINT', whole: 'BIGINT'});

-- What may stand in the two lists, by the bits of what is in them.
CREATE TEMP TABLE fired AS
SELECT bits::INTEGER AS fires, list_filter(['catastrophe', 'complaint-surge', 'misconduct', 'red-pause',
    'severe-weather', 'storm-relief', 'survey-without-gps', 'upheld-complaint'], lambda x, i: (bits >> (i - 1)) & 1 = 1) AS fired
FROM range(256) r(bits);

CREATE TEMP TABLE missing AS
SELECT bits::INTEGER AS lacks, list_filter(['accepted_at', 'accuracy_rate', 'decided_at', 'gps_recorded', 'rating',
    'staff_misconduct'], lambda x, i: (bits >> (i - 1)) & 1 = 1) AS missing
FROM range(64) r(bits);

CREATE TEMP TABLE climate AS
SELECT branch, strptime(month, '%Y-%m')::DATE AS month, (rate * 100)::INTEGER AS rate,
       (coverage * 10000)::INTEGER AS coverage, (resolution * 10000)::INTEGER AS resolution
FROM read_csv('$climate', header = true, auto_detect = false, columns = {
    branch: 'VARCHAR', month: 'VARCHAR', rate: 'DECIMAL(9, 2)', coverage: 'DECIMAL(9, 4)', resolution: 'DECIMAL(9, 4)'});

CREATE TEMP TABLE upheld AS
SELECT 案件号 AS claim_id, count(*)::INTEGER AS upheld FROM read_parquet('$complaints') WHERE 是否属实 GROUP BY ALL;

-- Every place that claims name, with the codes that cover it.
CREATE TEMP TABLE place AS
SELECT region, unnest(list_distinct([region, left(region, 4) || '00', left(region, 2) || '0000', '000000'])) AS area
FROM (SELECT DISTINCT 出险地区划代码 AS region FROM read_parquet('$claims'));

CREATE TEMP TABLE declared AS
SELECT region, list({'starts': starts, 'ends': ends}) AS declared
FROM (
    SELECT DISTINCT id, region, epoch_us(starts) - hours(8) AS starts,
           coalesce(epoch_us(ends) - hours(8), far()) AS ends
    FROM (SELECT *, unnest(string_split(areas, ';')) AS area FROM read_csv('$declarations', header = true,
        auto_detect = false, columns = {id: 'VARCHAR', kind: 'VARCHAR', areas: 'VARCHAR', starts: 'TIMESTAMP',
        ends: 'TIMESTAMP', authority: 'VARCHAR', reference: 'VARCHAR'}))
    JOIN place USING (area)
    WHERE kind IN ('typhoon', 'flood', 'snow', 'earthquake'))
GROUP BY region;

-- Only orange and red warnings change anything. A red one stops clocks from `stops` on: its start, or where an earlier
-- one of the place ends; so the pauses of a place never overlap, and can be added up.
CREATE TEMP TABLE warning AS
SELECT region, starts, ends, relief, red,
       CASE WHEN red THEN greatest(starts, coalesce(max(CASE WHEN red THEN ends END) OVER earlier, starts)) END AS stops
FROM (
    SELECT DISTINCT id, region, epoch_us(starts) - hours(8) AS starts,
           coalesce(epoch_us(ends) - hours(8), far()) AS ends,
           hours(CASE WHEN kind IN ('typhoon', 'snow') THEN 24 WHEN kind = 'rainstorm' THEN 12 ELSE 0 END
                 * CASE level WHEN 'red' THEN 2 ELSE 1 END) AS relief,
           level = 'red' AND kind IN ('typhoon', 'rainstorm', 'snow') AS red
    FROM (SELECT *, unnest(string_split(areas, ';')) AS area FROM read_csv('$weather', header = true,
        auto_detect = false, columns = {id: 'VARCHAR', kind: 'VARCHAR', level: 'VARCHAR', areas: 'VARCHAR',
        starts: 'TIMESTAMP', ends: 'TIMESTAMP', headline: 'VARCHAR', source: 'VARCHAR'}))
    JOIN place USING (area)
    WHERE level IN ('orange', 'red'))
WINDOW earlier AS (PARTITION BY region ORDER BY starts, ends, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING);

-- The warnings that may touch a claim: by place and the day of its report where it was open for at most four days;
-- under day -1 all of a place.
CREATE TEMP TABLE warned AS
SELECT region, day, list({'starts': starts, 'ends': ends, 'stops': stops, 'relief': relief, 'red': red}) AS warnings
FROM (
    SELECT *, unnest(range(starts // hours(24) - 4,
                           least(ends, as_of()) // hours(24) + 1)) AS day
    FROM warning
    UNION ALL
    SELECT *, -1 FROM warning)
GROUP BY region, day;

-- What the intake refuses. Columns are typed: what is left to check are places, ranges, the order of milestones, clocks
-- that would run backwards, keys that stand twice, and months without figures.
CREATE TEMP TABLE twice AS
SELECT 案件号 AS claim_id FROM read_parquet('$claims') GROUP BY ALL HAVING count(*) > 1;

CREATE TEMP TABLE refused AS
SELECT * FROM (
    SELECT 案件号 AS claim_id,
           CASE WHEN nullif(案件号, '') IS NULL OR nullif(分支机构, '') IS NULL OR 出险地区划代码 IS NULL
                  OR 是否撤案 IS NULL OR 报案时间 IS NULL
                    THEN 'a value (it is required)'
                WHEN NOT regexp_full_match(出险地区划代码, '000000|(0[1-9]|[1-9][0-9])(0000|(0[1-9]|[1-9][0-9])[0-9]{2})')
                    THEN 'a region code of six digits'
                WHEN 报案时间 < TIMESTAMPTZ '2012-12-31 16:00:00+00' THEN 'a report under the policy'
                WHEN least(受理时间, 查勘定损完成时间, 核赔时间, 支付时间) < TIMESTAMPTZ '1900-01-01 00:00:00+00'
                  OR greatest(报案时间, 受理时间, 查勘定损完成时间, 核赔时间, 支付时间) >= TIMESTAMPTZ '2201-01-01 00:00:00+00'
                    THEN 'a time from 1900 to 2200'
                WHEN 复核准确率 NOT BETWEEN 0 AND 1 THEN 'an accuracy from 0 to 1'
                WHEN 客户评分 NOT BETWEEN 1 AND 5 THEN 'a rating from 1 to 5'
                WHEN 受理时间 < 报案时间 OR 查勘定损完成时间 < 受理时间 OR 核赔时间 < 查勘定损完成时间 OR 支付时间 < 核赔时间
                    THEN 'milestones in their order'
                WHEN 受理时间 IS NULL AND 报案时间 > TIMESTAMPTZ '$as_of'
                  OR (查勘定损完成时间 IS NULL OR 核赔时间 IS NULL) AND 受理时间 > TIMESTAMPTZ '$as_of'
                  OR 支付时间 IS NULL AND 核赔时间 > TIMESTAMPTZ '$as_of' OR 核赔时间 < 受理时间
                    THEN 'an end that is not before the start'
                WHEN climate.branch IS NULL THEN 'figures of the month'
           END AS reason
    FROM read_parquet('$claims')
    LEFT JOIN (SELECT DISTINCT branch, month FROM climate) climate
           ON branch = 分支机构 AND month = month_of(报案时间))
WHERE reason IS NOT NULL
UNION ALL SELECT claim_id, 'a key that stands once' FROM twice;

COPY refused TO '$rejects' (FORMAT parquet);

COPY (
WITH claim AS (
    SELECT 案件号 AS claim_id, 分支机构 AS branch, 出险地区划代码 AS region, 是否撤案 AS withdrawn,
           epoch_us(报案时间) AS reported, epoch_us(受理时间) AS accepted, epoch_us(查勘定损完成时间) AS surveyed,
           epoch_us(核赔时间) AS decided, epoch_us(支付时间) AS paid,
           coalesce(epoch_us(核赔时间), as_of()) AS until,
           month_of(报案时间) AS month,
           查勘定位记录 AS gps, (复核准确率 * 10000::DECIMAL(5, 0))::INTEGER AS accuracy,
           (客户评分 * 10::DECIMAL(2, 0))::INTEGER AS rating,
           员工违规 AS misconduct
    FROM read_parquet('$claims')
    WHERE 案件号 NOT IN (SELECT claim_id FROM refused WHERE claim_id IS NOT NULL)
), joined AS (
    SELECT claim.*, rate, coverage, resolution, coalesce(upheld, 0) AS upheld,
           coalesce(surveyed, as_of()) AS survey_end,
           coalesce(len(list_filter(declared, lambda d: d.starts <= reported AND reported < d.ends)), 0) > 0
               AS catastrophe,
           CASE WHEN warnings IS NOT NULL
               THEN list_filter(warnings, lambda w: w.starts < until AND w.ends > reported) END AS warnings
    FROM claim
    JOIN climate USING (branch, month)
    LEFT JOIN upheld USING (claim_id)
    LEFT JOIN declared USING (region)
    LEFT JOIN warned ON warned.region = claim.region
        AND day = CASE WHEN until - reported <= hours(96) THEN reported // hours(24) ELSE -1 END
), stormy AS (
    SELECT *, coalesce(len(warnings) > 0, false) AS severe, rate > 1000 AS surge,
           CASE WHEN severe THEN list_bool_or(list_transform(warnings, lambda w: w.red)) ELSE false END AS red,
           CASE WHEN severe THEN coalesce(list_max(list_transform(warnings, lambda w: CASE
               WHEN w.starts < accepted + hours(24) AND w.ends > accepted THEN w.relief END)), 0) ELSE 0 END AS relief,
           CASE WHEN severe THEN list_sum(list_transform(warnings, lambda w: CASE
               WHEN w.red THEN overlap(w.stops, w.ends, accepted, survey_end) ELSE 0 END)) ELSE 0 END::BIGINT
               AS survey_pause,
           CASE WHEN severe THEN list_sum(list_transform(warnings, lambda w: CASE
               WHEN w.red THEN overlap(w.stops, w.ends, accepted, until) ELSE 0 END)) ELSE 0 END::BIGINT AS decision_pause
    FROM joined
), timed AS (
    SELECT *, coalesce(accepted, as_of()) - reported AS acceptance_time,
           survey_end - accepted - survey_pause AS survey_time, hours(24) + relief AS survey_target,
           until - accepted - decision_pause AS decision_time,
           hours(CASE WHEN catastrophe THEN 120 ELSE 48 END) AS decision_target,
           coalesce(paid, as_of()) - decided AS payment_time,
           CASE WHEN withdrawn THEN 0 ELSE upheld END AS complaints,
           NOT withdrawn AND surveyed IS NOT NULL AND NOT catastrophe AND gps IS DISTINCT FROM true AS no_gps,
           NOT withdrawn AND misconduct IS NOT DISTINCT FROM true AS gated
    FROM stormy
), judged AS (
    -- s1 to s8: the indicators' points
    SELECT *,
           CASE WHEN NOT catastrophe THEN tenths(acceptance_time, hours(2)) END AS s1,
           CASE WHEN catastrophe AND survey_time > survey_target THEN greatest(6000, tenths(survey_time, survey_target))
                ELSE tenths(survey_time, survey_target) END AS s2,
           tenths(decision_time, decision_target) AS s3, tenths(payment_time, hours(2)) AS s4,
           CASE WHEN accuracy >= 9800 THEN 10000 ELSE (20000 * accuracy + 9800) // 19600 END AS s5,
           CASE WHEN coverage < 3000 THEN NULL WHEN rating >= 45 THEN 10000 ELSE (20000 * rating + 45) // 90 END AS s6,
           CASE WHEN rate <= 500 THEN 10000 ELSE (10000000 + rate) // (2 * rate) END AS s7,
           CASE WHEN resolution >= 9000 THEN 10000 ELSE (20000 * resolution + 9000) // 18000 END AS s8
    FROM timed
), placed AS (
    SELECT *,
           CASE WHEN NOT withdrawn THEN severe::INTEGER + 2 * surge::INTEGER + 4 * catastrophe::INTEGER
               + 24 * (accepted IS NULL)::INTEGER + 32 * (decided IS NULL)::INTEGER
               + 64 * (accuracy IS NULL)::INTEGER + 128 * (s6 IS NULL)::INTEGER END AS situation,
           catastrophe::INTEGER + 2 * surge::INTEGER + 4 * gated::INTEGER + 8 * red::INTEGER + 16 * severe::INTEGER
               + 32 * (relief > 0)::INTEGER + 64 * no_gps::INTEGER + 128 * (complaints > 0)::INTEGER AS fires,
           (accepted IS NULL)::INTEGER + 2 * (accuracy IS NULL)::INTEGER + 4 * (decided IS NULL)::INTEGER
               + 8 * (no_gps AND gps IS NULL)::INTEGER + 16 * (rating IS NULL)::INTEGER
               + 32 * (NOT withdrawn AND misconduct IS NULL)::INTEGER AS lacks
    FROM judged
), weighed AS (
    -- d1 to d8: what each falls short, times its share. A withdrawn claim has no shares, and so nothing that follows.
    SELECT *, whole // 2 AS half, n1 * (10000 - s1) AS d1, n2 * (10000 - s2) AS d2, n3 * (10000 - s3) AS d3,
           n4 * (10000 - s4) AS d4, n5 * (10000 - s5) AS d5, n6 * (10000 - s6) AS d6, n7 * (10000 - s7) AS d7,
           n8 * (10000 - s8) AS d8
    FROM placed LEFT JOIN weights USING (situation) JOIN fired USING (fires) JOIN missing USING (lacks)
), summed AS (
    SELECT *,
           ((d1 * 10000 + half) // whole)::INTEGER AS lost1,
           ((d2 * 10000 + half) // whole)::INTEGER AS lost2,
           ((d3 * 10000 + half) // whole)::INTEGER AS lost3,
           ((d4 * 10000 + half) // whole)::INTEGER AS lost4,
           ((d5 * 10000 + half) // whole)::INTEGER AS lost5,
           ((d6 * 10000 + half) // whole)::INTEGER AS lost6,
           ((d7 * 10000 + half) // whole)::INTEGER AS lost7,
           ((d8 * 10000 + half) // whole)::INTEGER AS lost8,
           (10000 * whole - coalesce(d1, 0) - coalesce(d2, 0) - coalesce(d3, 0) - coalesce(d4, 0) - coalesce(d5, 0)
               - coalesce(d6, 0) - d7 - d8 + half) // whole
               - least(1500, 500 * complaints) - CASE WHEN no_gps THEN 200 ELSE 0 END AS points
    FROM weighed
), final AS (
    SELECT *, CASE WHEN points < 0 THEN 0 WHEN gated AND points > 5900 THEN 5900 ELSE points END::INTEGER AS score
    FROM summed
)
SELECT claim_id, 'motor-small-claims' AS ruleset, '2013.4' AS version, '$digest' AS digest,
       CASE WHEN withdrawn THEN 'unscored' ELSE 'scored' END AS status,
       hundredths(score) AS score,
       CASE WHEN score >= 9000 THEN 'A' WHEN score >= 7500 THEN 'B'
            WHEN score >= 6000 THEN 'C' WHEN score >= 0 THEN 'D' END AS grade,
       whole AS shares,
       acceptance_time AS "acceptance.measure", hours(2) AS "acceptance.target",
       hundredths(s1) AS "acceptance.score", n1 AS "acceptance.share",
       millionths(lost1) AS "acceptance.lost",
       survey_time AS "survey.measure", survey_target AS "survey.target",
       hundredths(s2) AS "survey.score", n2 AS "survey.share",
       millionths(lost2) AS "survey.lost",
       decision_time AS "decision.measure", decision_target AS "decision.target",
       hundredths(s3) AS "decision.score", n3 AS "decision.share",
       millionths(lost3) AS "decision.lost",
       payment_time AS "payment.measure", hours(2) AS "payment.target",
       hundredths(s4) AS "payment.score", n4 AS "payment.share",
       millionths(lost4) AS "payment.lost",
       myriadths(accuracy) AS "accuracy.measure", 0.9800::DECIMAL(18, 4) AS "accuracy.target",
       hundredths(s5) AS "accuracy.score", n5 AS "accuracy.share",
       millionths(lost5) AS "accuracy.lost",
       tenths_of_one(rating) AS "satisfaction.measure", 4.5::DECIMAL(18, 1) AS "satisfaction.target",
       hundredths(s6) AS "satisfaction.score", n6 AS "satisfaction.share",
       millionths(lost6) AS "satisfaction.lost",
       hundredths(rate) AS "complaint_rate.measure", 5.00::DECIMAL(18, 2) AS "complaint_rate.target",
       hundredths(s7) AS "complaint_rate.score", n7 AS "complaint_rate.share",
       millionths(lost7) AS "complaint_rate.lost",
       myriadths(resolution) AS "resolution.measure", 0.9000::DECIMAL(18, 4) AS "resolution.target",
       hundredths(s8) AS "resolution.score", n8 AS "resolution.share",
       millionths(lost8) AS "resolution.lost",
       CASE WHEN NOT withdrawn THEN coalesce(paid, as_of()) - reported END AS elapsed_time,
       fired,
       -- most points first, of equal ones the first written: a rank in the last four bits
       CASE WHEN withdrawn THEN ['U1'] ELSE list_transform(list_reverse_sort(list_filter(
           [lost1 * 16 + 15, lost2 * 16 + 14, lost3 * 16 + 13, lost4 * 16 + 12, lost5 * 16 + 11, lost6 * 16 + 10,
            lost7 * 16 + 9, lost8 * 16 + 8, least(1500, 500 * complaints) * 160000 + 7,
            CASE WHEN no_gps THEN 200 * 160000 + 6 END,
            CASE WHEN gated AND points > 5900 THEN (points - 5900) * 160000 + 5 END],
           lambda x: x >= 16)),
           lambda x: ['G1', 'C2', 'C1', 'Q4', 'Q3', 'Q2', 'Q1', 'S4', 'S3', 'S2', 'S1'][(x & 15) - 4]) END AS reasons,
       missing
FROM final
) TO '$results' (FORMAT parquet, ROW_GROUP_SIZE 61440);
