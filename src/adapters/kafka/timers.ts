/**
 * Cures a loop of timers in kafkajs 2.2.4. After each answer its request queue arms a timer that looks for pending
 * requests when throttling ends; where nothing is throttled that time has passed, so the timer fires at once, finds
 * nothing and arms the next one, for the life of the connection: near a thousand timers a second and connection, and
 * on Node.js 24 a TimeoutNegativeWarning. Nothing pending and nothing throttled needs no timer: whoever pushes a
 * request looks by itself.
 */
import RequestQueue from "kafkajs/src/network/requestQueue/index.js";

const schedule = RequestQueue.prototype.scheduleCheckPendingRequests;

RequestQueue.prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
  if (this.pending.length > 0 || this.throttledUntil > Date.now()) schedule.call(this);
};
