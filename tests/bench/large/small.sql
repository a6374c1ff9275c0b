-- claims-efficiency (small.yaml) over a portfolio, by hand: what somebody who knows DuckDB and this one policy would
-- write. Times are microseconds UTC, points hundredths, points lost millionths; whole numbers only.

CREATE TEMP MACRO hours(n) AS n * 3600000000;
-- 100 points within the target; each tenth of it that is begun beyond takes ten.
CREATE TEMP MACRO tenths(taken, target) AS
    CASE WHEN taken <= target THEN 10000 ELSE 10000 - 1000 * least(10, (10 * taken - 1) // target - 9) END::INTEGER;
CREATE TEMP MACRO hundredths(units) AS (units * 0.01::DECIMAL(3, 2))::DECIMAL(18, 2);
CREATE TEMP MACRO millionths(units) AS (units * 0.000001::DECIMAL(7, 6))::DECIMAL(18, 6);

CREATE TEMP TABLE twice AS
SELECT 案件号 AS claim_id FROM read_parquet('$claims') GROUP BY ALL HAVING count(*) > 1;

CREATE TEMP TABLE refused AS
SELECT * FROM (
    SELECT 案件号 AS claim_id,
           CASE WHEN nullif(案件号, '') IS NULL OR 报案时间 IS NULL OR 受理时间 IS NULL OR 查勘定损完成时间 IS NULL
                  OR 核赔时间 IS NULL OR 支付时间 IS NULL OR 复核准确率 IS NULL
                    THEN 'a value (it is required)'
                WHEN 报案时间 < TIMESTAMPTZ '2012-12-31 16:00:00+00' THEN 'a report under the policy'
                WHEN 支付时间 >= TIMESTAMPTZ '2201-01-01 00:00:00+00' THEN 'a time from 1900 to 2200'
                WHEN 复核准确率 NOT BETWEEN 0 AND 1 THEN 'an accuracy from 0 to 1'
                WHEN 受理时间 < 报案时间 OR 查勘定损完成时间 < 受理时间 OR 核赔时间 < 查勘定损完成时间 OR 支付时间 < 核赔时间
                    THEN 'milestones in their order'
           END AS reason
    FROM read_parquet('$claims'))
WHERE reason IS NOT NULL
UNION ALL SELECT claim_id, 'a key that stands once' FROM twice;

COPY refused TO '$rejects' (FORMAT parquet);

COPY (
WITH claim AS (
    SELECT 案件号 AS claim_id, epoch_us(受理时间) - epoch_us(报案时间) AS acceptance,
           epoch_us(查勘定损完成时间) - epoch_us(受理时间) AS survey, epoch_us(核赔时间) - epoch_us(受理时间) AS decision,
           epoch_us(支付时间) - epoch_us(核赔时间) AS payment, (复核准确率 * 10000::DECIMAL(5, 0))::INTEGER AS accuracy
    FROM read_parquet('$claims')
    WHERE 案件号 NOT IN (SELECT claim_id FROM refused WHERE claim_id IS NOT NULL)
), judged AS (
    SELECT *, tenths(acceptance, hours(2)) AS s1, tenths(survey, hours(24)) AS s2, tenths(decision, hours(48)) AS s3,
           tenths(payment, hours(2)) AS s4,
           CASE WHEN accuracy >= 9800 THEN 10000 ELSE (20000 * accuracy + 9800) // 19600 END AS s5
    FROM claim
), lost AS (
    SELECT *, 1000 * (10000 - s1) AS lost1, 2000 * (10000 - s2) AS lost2, 3000 * (10000 - s3) AS lost3,
           2000 * (10000 - s4) AS lost4, 2000 * (10000 - s5) AS lost5,
           (s1 + 2 * s2 + 3 * s3 + 2 * s4 + 2 * s5 + 5) // 10 AS score
    FROM judged
)
SELECT claim_id, 'claims-efficiency' AS ruleset, '1.0' AS version, '$digest' AS digest, 'scored' AS status,
       hundredths(score) AS score, NULL::VARCHAR AS grade, 10::BIGINT AS shares,
       acceptance AS "acceptance.measure", hours(2) AS "acceptance.target", hundredths(s1) AS "acceptance.score",
       1::BIGINT AS "acceptance.share", millionths(lost1) AS "acceptance.lost",
       survey AS "survey.measure", hours(24) AS "survey.target", hundredths(s2) AS "survey.score",
       2::BIGINT AS "survey.share", millionths(lost2) AS "survey.lost",
       decision AS "decision.measure", hours(48) AS "decision.target", hundredths(s3) AS "decision.score",
       3::BIGINT AS "decision.share", millionths(lost3) AS "decision.lost",
       payment AS "payment.measure", hours(2) AS "payment.target", hundredths(s4) AS "payment.score",
       2::BIGINT AS "payment.share", millionths(lost4) AS "payment.lost",
       (accuracy * 0.0001::DECIMAL(5, 4))::DECIMAL(18, 4) AS "accuracy.measure",
       0.9800::DECIMAL(18, 4) AS "accuracy.target", hundredths(s5) AS "accuracy.score",
       2::BIGINT AS "accuracy.share", millionths(lost5) AS "accuracy.lost",
       []::VARCHAR[] AS fired,
       -- most points first, of equal ones the first written: a rank in the last four bits
       list_transform(list_reverse_sort(list_filter(
           [lost1 * 16 + 15, lost2 * 16 + 14, lost3 * 16 + 13, lost4 * 16 + 12, lost5 * 16 + 11], lambda x: x >= 16)),
           lambda x: ['Q1', 'S4', 'S3', 'S2', 'S1'][(x & 15) - 10]) AS reasons,
       []::VARCHAR[] AS missing
FROM lost
) TO '$results' (FORMAT parquet, ROW_GROUP_SIZE 61440);
