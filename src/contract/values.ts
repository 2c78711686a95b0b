/** The kinds of value that answers are made of. */
import * as z from "zod";

export const instant = z.iso.datetime({ precision: 3 });
export const rate = z.number().min(0);
