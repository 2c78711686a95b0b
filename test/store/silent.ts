/** A worker that takes whatever it is told and never answers: a disk that hangs. */
import { parentPort } from "node:worker_threads";

parentPort?.on("message", () => {});
