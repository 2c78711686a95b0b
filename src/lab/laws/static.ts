/**
 * A static quota, as of an API gateway or a broker's client quota (Kafka: producer_byte_rate):
 *
 *   rate = share · nominal capacity
 */
import { perReading, type Rival } from "../rival.ts";

export const staticQuota: Rival<"share"> = {
  name: "static",
  rule: "a fixed share of the nominal capacity",
  source: "Apache Kafka documentation, 4.9 Quotas",
  gains: { share: { low: 0.3, high: 1.1, published: 0.9 } },
  begin: ({ nominalCapacity }, { share }) => perReading(() => share * nominalCapacity),
};
