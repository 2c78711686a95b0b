import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { beginOffset, noiseOf, type Offset, stepOffset } from "../../../src/core/controller/offset.ts";

const jump = 500;
const feed = (readings: readonly number[]): Offset =>
  readings
    .slice(1)
    .reduce((offset, reading) => stepOffset(offset, reading, jump), beginOffset(readings[0] ?? 0));
const noises = [120, -80, 40, -150, 90, 10, -60, 130, -110, 70];
const noisy = (length: number, around: number) =>
  Array.from({ length }, (_, index) => around + (noises[index % 10] ?? 0));

const noise = ({ variance, differences }: Offset) => noiseOf(variance, differences);

describe("offset", () => {
  it("is the mean of what is read", () => {
    assert.ok(Math.abs(feed(noisy(60, 1000)).value - 1000) < 20);
  });

  it("takes a jump at once where the noise is known", () => {
    assert.equal(feed([...noisy(20, 0), 20_000]).value, 20_000);
  });

  it("takes a jump that is said twice where it is not", () => {
    assert.ok(feed([0, 10, 20_000]).value < 10_000);
    assert.equal(feed([0, 10, 20_000, 20_020]).value, 20_020);
  });

  it("takes no outlier for a jump, however small what is held", () => {
    const wild = noisy(30, 0).map((reading) => 10 * reading);
    assert.ok(Math.abs(feed(wild).value) < 200);
  });

  it("tells the noise of a reading, and claims less of it while few were seen", () => {
    assert.ok(noise(feed(noisy(3, 0))) > noise(feed(noisy(40, 0))));
    assert.equal(noise(feed([7, 7, 7, 7])), 0);
  });
});
