/** The classes of traffic, the first served first. A rank is an index into them. */
export const priorities = ["critical", "high", "normal", "bulk"] as const;
export type Priority = (typeof priorities)[number];

export const defaultPriority: Priority = "normal";

export const rankOf = (priority: Priority): number => priorities.indexOf(priority);
