/** A request as long as all is well. What it tells of does not matter: that it comes does. */
import type { FormatSettings } from '@linewatch/contract';
import { told } from './answer.ts';
import type { Format } from './format.ts';

export const heartbeat: Format = {
  name: 'heartbeat',
  send: (sending) =>
    told(sending, {
      method: 'GET',
      url: (sending.settings as FormatSettings<'heartbeat'>).url,
      headers: {},
      body: null,
    }),
};
