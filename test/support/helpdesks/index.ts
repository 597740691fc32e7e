/** Strict helpdesks of one's own, for formats and whole systems. */
export { freshservice } from './freshservice.ts';
export { halo } from './halo.ts';
export { jira, jsmAlerts } from './jira.ts';
export { serviceNow, serviceNowEvents } from './servicenow.ts';
export { zendesk } from './zendesk.ts';
export type { Fault, Helpdesk } from './server.ts';
