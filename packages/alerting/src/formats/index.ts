/** All formats, by name. */
import type { FormatName } from '@linewatch/contract';
import type { Format } from './format.ts';
import { freshservice } from './freshservice.ts';
import { haloitsm } from './haloitsm.ts';
import { jsmAlert } from './jsm-alert.ts';
import { jsmRequest } from './jsm-request.ts';
import { servicenowEvent } from './servicenow-event.ts';
import { servicenowIncident } from './servicenow-incident.ts';
import { zendesk } from './zendesk.ts';

export const formatsByName: Partial<Record<FormatName, Format>> = {
  'servicenow-incident': servicenowIncident,
  'servicenow-event': servicenowEvent,
  'jsm-request': jsmRequest,
  'jsm-alert': jsmAlert,
  freshservice,
  zendesk,
  haloitsm,
};
