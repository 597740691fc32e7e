/** All formats, by name. */
import type { FormatName } from '@linewatch/contract';
import { alertmanager } from './alertmanager.ts';
import { email } from './email.ts';
import type { Format } from './format.ts';
import { freshservice } from './freshservice.ts';
import { haloitsm } from './haloitsm.ts';
import { heartbeat } from './heartbeat.ts';
import { jsmAlert } from './jsm-alert.ts';
import { jsmRequest } from './jsm-request.ts';
import { pagerduty } from './pagerduty.ts';
import { servicenowEvent } from './servicenow-event.ts';
import { servicenowIncident } from './servicenow-incident.ts';
import { sms } from './sms.ts';
import { teams } from './teams.ts';
import { template } from './template.ts';
import { webhook } from './webhook.ts';
import { zendesk } from './zendesk.ts';

export const formatsByName: Readonly<Record<FormatName, Format>> = {
  webhook,
  pagerduty,
  'servicenow-incident': servicenowIncident,
  'servicenow-event': servicenowEvent,
  'jsm-request': jsmRequest,
  'jsm-alert': jsmAlert,
  freshservice,
  zendesk,
  haloitsm,
  teams,
  alertmanager,
  email,
  sms,
  template,
  heartbeat,
};
