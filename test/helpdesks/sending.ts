/** Sends notifications to a helpdesk over the real transport, as the notifier does: with what is known, again until it is taken. */
import { randomBytes } from 'node:crypto';
import {
  type KnownTicket,
  type Sending,
  type Sent,
  type Transport,
  createTransport,
  formatsByName,
} from '@linewatch/alerting';
import type { Notification, NotificationEvent, NotifiedAlert, Severity } from '@linewatch/contract';
import type { Helpdesk } from '../support/helpdesks/index.ts';

const startedMs = Date.UTC(2026, 10, 22, 10, 20);

const alert: NotifiedAlert = {
  key: 'circuit-down/i42',
  rule: 'circuit-down',
  title: 'Oak Academy: the line is down',
  text: 'Nothing comes through. <b>Both</b> probes fail & the port is down.',
  severity: 'critical',
  status: 'firing',
  startedMs,
  endedMs: null,
  incident: 42,
  labels: { rule: 'circuit-down', severity: 'critical' },
  academy: { id: 'oak', name: 'Oak Academy', pupils: 1200 },
  site: {
    name: 'Oak Academy, Main Street',
    postcode: 'OX1 1AA',
    accessHours: 'Mon to Fri 07:00 to 18:00',
    contact: { name: 'Sam Reed', phone: '+44 1865 000000', email: 'sam@example.org', hours: null },
  },
  circuit: { id: 'oak-main', name: 'Oak main line', reference: 'ONEA123456' },
  supplier: { id: 'fibre', name: 'Fibre Ltd', faultLine: '+44 800 000000', faultEmail: null, portal: null },
  tested: ['Ping from two places: no answer'],
  evidence: [{ atMs: startedMs, source: 'poll', text: 'Port 1 went down' }],
  fixDueMs: startedMs + 6 * 3_600_000,
  members: 0,
  url: 'https://linewatch.example.org/incidents/42',
};

let group = Math.floor(Math.random() * 1e6);

export interface Problem {
  readonly key: string;
  /** The next word of it. */
  next(event: NotificationEvent, more?: Partial<Notification>): Notification;
}

export function problem(severity: Severity = 'critical'): Problem {
  group += 1;
  const id = group;
  let sequence = 0;
  return {
    key: `linewatch/oak-trust/${id}`,
    next(event, more = {}) {
      sequence += 1;
      const isOver = event === 'resolved';
      const atMs = startedMs + sequence * 300_000;
      return {
        id: `msg_${randomBytes(13).toString('hex')}`,
        event,
        atMs,
        trust: { id: 'oak-trust', name: 'Oak Trust' },
        subscription: 'helpdesk',
        group: { id, key: `linewatch/oak-trust/${id}`, labels: { problem: 'i42' } },
        sequence,
        status: isOver ? 'resolved' : 'firing',
        severity,
        title: alert.title,
        summary: 'The main line of Oak Academy is down. Ring Fibre Ltd and quote ONEA123456.',
        startedMs,
        endedMs: isOver ? atMs : null,
        firing: isOver ? 0 : 1,
        resolved: isOver ? 1 : 0,
        academies: ['Oak Academy'],
        alerts: [{ ...alert, severity, status: isOver ? 'resolved' : 'firing', endedMs: isOver ? atMs : null }],
        note: event === 'note' ? { by: 'Alex', text: 'The engineer is on the way.' } : null,
        url: alert.url,
        ...more,
      };
    },
  };
}

/** What a subscription to a helpdesk knows: as the notifier keeps it. */
export class Subscriber {
  readonly helpdesk: Helpdesk;
  readonly transport: Transport;
  readonly settings: Record<string, unknown>;
  readonly memory = new Map<string, { readonly value: string; readonly untilMs: number }>();
  secrets: Record<string, readonly string[]>;
  ticket: KnownTicket | null = null;
  nowMs = startedMs + 1000;
  timeoutMs: number;

  constructor(helpdesk: Helpdesk, settings: Record<string, unknown> = {}, timeoutMs = 2000) {
    this.helpdesk = helpdesk;
    this.settings = { ...helpdesk.settings(), ...settings };
    this.secrets = Object.fromEntries(Object.entries(helpdesk.secrets).map(([name, value]) => [name, [value]]));
    this.timeoutMs = timeoutMs;
    this.transport = createTransport({ allowNetworks: ['127.0.0.0/8'], allowHttp: true });
  }

  async once(notification: Notification, unknown = false): Promise<Sent> {
    const wire = this.transport.open({
      timeoutMs: this.timeoutMs,
      secrets: Object.values(this.secrets).flat(),
      recipients: [],
    });
    const sending: Sending = {
      settings: this.settings,
      secrets: this.secrets,
      notification,
      ticket: this.ticket,
      unknown,
      nowMs: this.nowMs,
      exchange: (request) => wire.exchange(request),
      mail: (mail) => wire.mail(mail),
      memory: this.memory,
    };
    const sent = await formatsByName[this.helpdesk.format].send(sending);
    if (sent.is === 'delivered' && sent.ticket) this.ticket = sent.ticket;
    return sent;
  }

  /** Again and again, as long as it is to be tried again. */
  async deliver(notification: Notification, attempts = 60): Promise<Sent> {
    let unknown = false;
    let sent: Sent = { is: 'later', why: 'not tried' };
    for (let attempt = 0; attempt < attempts && sent.is === 'later'; attempt += 1) {
      sent = await this.once(notification, unknown);
      unknown ||= sent.is === 'later' && sent.unknown === true;
    }
    return sent;
  }

  close(): void {
    this.transport.close();
  }
}
