/** Every group commit of webhooks and executions may have its statements under way at once, with some to spare. */
export const HOT_CONNECTIONS = 12;

/** For pages, reports and jobs. */
export const OTHER_CONNECTIONS = 10;
