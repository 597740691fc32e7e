import { change } from './change.ts';
import { incidentOfGroup, isTold, takeInbound } from './inbound.ts';
import { readDeliveries, readDelivery } from './log.ts';
import type { AlertingDependencies } from './notifying.ts';
import { readNow } from './now.ts';
import type { Alerting } from './ports.ts';
import { replay } from './replay.ts';
import { putRule, readRules, removeRule } from './rules.ts';
import { readStored } from './setup.ts';
import { changeSilence, endSilence, makeSilence, readSilences } from './silences.ts';
import { putStatusPage, readEnabledPages, readStatusPage, readStatusPages } from './status-pages.ts';
import { readSubscriptions, shown } from './subscription-read.ts';
import { enable, putSubscription, removeSubscription, rotate } from './subscriptions.ts';

export function createAlerting({ database, sealer, logger, clock }: AlertingDependencies): Alerting {
  const reading = 'reading the set-up of alerts';
  const opening = () => ({ sealer, logger, nowMs: clock() });
  const ofSubscription = (label: string, id: string) => ({ sealer, label, id, nowMs: clock() });

  return {
    rules: (trust) => database.read(reading, (client) => readRules(client, trust)),
    putRule: (actor, label, id, body, revision) =>
      change(database, actor, label, (changing) => putRule({ ...changing, label, id }, body, revision)),
    removeRule: (actor, label, id) =>
      change(database, actor, label, (changing) => removeRule({ ...changing, label, id })),

    subscriptions: (trust) =>
      database.read(reading, async (client) => (await readSubscriptions(client, trust, null)).map(shown)),
    stored: (trust, id) =>
      database.read(
        reading,
        async (client) => (await readStored(client, opening(), 't.slug = $1 AND s.slug = $2', [trust, id]))[0],
      ),
    storedByRow: (row) =>
      database.read(reading, async (client) => (await readStored(client, opening(), 's.id = $1', [row]))[0]),
    putSubscription: (actor, label, id, body) =>
      change(database, actor, label, (changing) =>
        putSubscription({ ...changing, ...ofSubscription(label, id) }, body),
      ),
    removeSubscription: (actor, label, id) =>
      change(database, actor, label, (changing) => removeSubscription({ ...changing, ...ofSubscription(label, id) })),
    rotate: (actor, label, id, body, secret) =>
      change(database, actor, label, (changing) => rotate({ ...changing, ...ofSubscription(label, id) }, body, secret)),
    enable: (actor, label, id) =>
      change(database, actor, label, (changing) => enable({ ...changing, ...ofSubscription(label, id) })),

    silences: (trust, fromMs) => database.read(reading, (client) => readSilences(client, trust, fromMs)),
    silence: (actor, label, body) =>
      change(database, actor, label, (changing) => makeSilence({ ...changing, label, nowMs: clock() }, body)),
    changeSilence: (actor, label, id, body) =>
      change(database, actor, label, (changing) => changeSilence({ ...changing, label, nowMs: clock() }, id, body)),
    endSilence: (actor, label, id) =>
      change(database, actor, label, (changing) => endSilence({ ...changing, label, nowMs: clock() }, id)),

    now: (trust, which) => readNow(database, trust, which, clock()),

    deliveries: (trust, query) => readDeliveries(database, trust, query),
    delivery: (trust, id) => readDelivery(database, trust, id),
    replay: (actor, label, body) => change(database, actor, label, (changing) => replay(changing, body, clock())),

    takeInbound: (subscription, message, work) => takeInbound(database, subscription, message, work),
    isTold: (subscription, incident) => isTold(database, subscription, incident),
    incidentOfGroup: (subscription, groupKey) => incidentOfGroup(database, subscription, groupKey),

    statusPages: (trust) => database.read(reading, (client) => readStatusPages(client, trust)),
    putStatusPage: (actor, label, academy, body) =>
      change(database, actor, label, (changing) => putStatusPage(changing, label, academy, body)),
    statusPage: (token) => readStatusPage(database, token),
    enabledStatusPages: () => readEnabledPages(database),
  };
}
