import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, it } from "node:test";
import { headgate } from "./process.ts";

describe("headgate demo", () => {
  it("ends with one line where its port is taken", async (t) => {
    const holder = createServer().listen(0, "127.0.0.1");
    t.after(() => holder.close());
    await once(holder, "listening");
    const { port } = holder.address() as AddressInfo;
    const demo = headgate(["demo", "--port", String(port)], t);
    assert.equal((await demo.ended).code, 1);
    assert.match(demo.stderr(), /^headgate: cannot listen on 127\.0\.0\.1:\d+: the port is taken.*\n$/);
    assert.equal(demo.stdout(), "");
  });

  it("shows, within a minute, lag that rises, producers that slow down, lag at the setpoint, and recovery", async (t) => {
    const demo = headgate(["demo", "--port", "0", "--seconds", "58"], t);
    const [, url = ""] = await demo.says(/demo: (http:\/\/127\.0\.0\.1:\d+)/);
    const page = await fetch(url);
    assert.equal(page.status, 200);
    assert.match(await page.text(), /<html/);
    assert.equal((await demo.ended).code, 0);
    assert.equal(demo.stderr(), "");

    const looks = [
      ...demo.stdout().matchAll(/^\s*(\d+) s {2}(\w+)\s+lag\s+([\d.]+) s {2}producers send\s+(\d+)\/s/gm),
    ].map(([, seconds, state, lag, sent]) => ({
      seconds: Number(seconds),
      state,
      lag: Number(lag),
      sent: Number(sent),
    }));
    const at = (seconds: number) => {
      const look = looks.find((one) => one.seconds >= seconds);
      assert.ok(look, `no line from ${seconds} s on:\n${demo.stdout()}`);
      return look;
    };
    assert.ok(looks.length > 50, demo.stdout());
    const before = at(6);
    assert.ok(before.state === "open" && before.sent > 400 && before.lag < 0.5, demo.stdout());
    const settled = looks.filter(({ seconds }) => seconds >= 25 && seconds <= 34);
    for (const { state, lag, sent } of settled) {
      assert.ok(state === "throttled" && Math.abs(lag - 5) <= 1 && Math.abs(sent - 200) <= 30, demo.stdout());
    }
    const after = at(55);
    assert.ok(after.state === "open" && after.sent > 400 && after.lag < 0.5, demo.stdout());
  });
});
