/** Text for helpdesks that read markup in it: what others wrote is shown as it is, and makes no links, images or HTML there. */

/** Jira's wiki notation, of REST API 2: links, macros, images and mentions. Twice as long at most. */
export const forWiki = (text: string): string => text.replace(/[[\]{}!]/g, '\\$&');

/** ServiceNow's journals take what stands between these for HTML. */
export const forJournal = (text: string): string => text.replace(/\[(\s*\/?\s*code\s*)\]/gi, '($1)');
