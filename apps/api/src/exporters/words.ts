/** What each reason of a loss means, and what to do about it, for people. */
import type { Loss } from '@linewatch/contract';

interface Words {
  readonly meaning: string;
  readonly action: string;
}

const nothing = '';
const fault = 'Its software sends something malformed: look for an update of it, and keep a capture for its vendor.';
const snmp = 'Compare the SNMP settings of the device with snmp.credentials and snmp.traps in the configuration.';
const queueFull = 'Look at the health of the queue and of ClickHouse, and at the free disk.';

/** By reason: those of the decoder, and those of the collector's queue. */
const words: Readonly<Record<string, Words>> = {
  version_unknown: {
    meaning: 'Datagrams that are none of NetFlow v5, v9, IPFIX, sFlow and SNMP',
    action: 'Check which protocol the device is set to export, and what else sends to this port.',
  },
  exporter_refused: {
    meaning: 'Datagrams that were refused because of who sent them',
    action: 'If it is a device of yours, add its network to exporters.allow, or approve it here.',
  },
  exporter_unapproved: {
    meaning: 'Datagrams that came before the exporter was approved',
    action: 'Approve the exporter here if you know it; what was held off does not come back.',
  },
  header_truncated: { meaning: 'Datagrams shorter than the header of their protocol', action: fault },
  message_length_invalid: { meaning: 'IPFIX messages whose length is less than their header', action: fault },
  message_truncated: {
    meaning: 'Messages that promise more than the datagram holds; what was whole was read',
    action: 'Look for something on the way that cuts large packets, and lower the exporter’s packet size to 1400.',
  },
  octets_trailing: { meaning: 'Octets behind the stated end of a message', action: nothing },
  set_length_invalid: { meaning: 'Sets whose length cannot be: the rest of the datagram was left', action: fault },
  set_overrun: { meaning: 'Sets that run past their message; what was whole was read', action: fault },
  set_id_reserved: { meaning: 'Sets with a reserved number', action: fault },
  template_malformed: { meaning: 'Templates that cannot be read', action: fault },
  template_empty: { meaning: 'Templates without fields', action: fault },
  template_fields_limit: { meaning: 'Templates with more fields than are taken', action: fault },
  template_evicted: {
    meaning: 'Templates given up because the exporter announced too many',
    action: 'Check whether it makes a new template for each flow; restart its exporting process.',
  },
  record_malformed: { meaning: 'Records that run past their set', action: fault },
  held_evicted: {
    meaning: 'Data given up while it waited for its template, for want of room',
    action: 'Have the exporter send its templates at least once a minute.',
  },
  held_expired: {
    meaning: 'Data given up because its template did not come in time',
    action: 'Have the exporter send its templates at least once a minute.',
  },
  exporter_evicted: {
    meaning: 'Exporters forgotten for want of room',
    action: 'Limit who is taken with exporters.allow: something may be sending from made-up addresses.',
  },
  domain_evicted: { meaning: 'Observation domains forgotten: the exporter names too many', action: fault },
  sampler_evicted: { meaning: 'Samplers forgotten: the exporter names too many', action: fault },
  sample_malformed: { meaning: 'sFlow samples that run past what holds them', action: fault },
  sample_kind_unknown: { meaning: 'sFlow samples of a vendor’s own kind, skipped', action: nothing },
  trap_malformed: { meaning: 'SNMP messages that cannot be read', action: fault },
  trap_version_unknown: { meaning: 'SNMP messages of no known version', action: fault },
  trap_community_unknown: { meaning: 'Traps with a community that is not configured', action: snmp },
  trap_user_unknown: { meaning: 'Traps of an SNMPv3 user that is not configured', action: snmp },
  trap_security_level: { meaning: 'Traps less protected than their user is to be', action: snmp },
  trap_authentication_failed: { meaning: 'Traps whose authentication failed: the password differs', action: snmp },
  trap_decryption_failed: { meaning: 'Traps that could not be decrypted: the password differs', action: snmp },
  trap_time_window: {
    meaning: 'SNMPv3 messages outside their time window: replayed, or from a device whose boot count went back',
    action: 'If the device was reset, change its SNMP engine id.',
  },
  trap_pdu_unexpected: { meaning: 'SNMP messages that are no trap or inform', action: nothing },
  trap_storm: {
    meaning: 'Traps over the rate of one source; the first and last of each kind were kept',
    action: 'Find out what repeats itself on the device.',
  },
  sink_full: { meaning: 'Flows for which there was no room: a fault of Linewatch', action: 'Report it, with the log.' },
  decoder_fault: {
    meaning: 'Datagrams on which the decoder failed: a fault of Linewatch',
    action: 'Report it, with a capture of the exporter.',
  },
  queue_full: { meaning: 'Flows that were read and that the queue had no room for', action: queueFull },
  queue_backlog: { meaning: 'Flows that were read faster than the queue takes them', action: queueFull },
  queue_failed: { meaning: 'Flows that were read and that the queue refused', action: queueFull },
};

/** Whether there are words for a reason; a test asks. */
export const hasWords = (reason: string): boolean => Object.hasOwn(words, reason);

/** One that is not known, of a newer collector, is named as it is. */
export function lossOf(reason: string, count: number): Loss {
  const known = hasWords(reason) ? words[reason]! : { meaning: reason.replaceAll('_', ' '), action: nothing };
  return { reason, count, ...known };
}

/** Those that happened, most first. */
export const lossesOf = (counts: Iterable<readonly [reason: string, count: number]>): Loss[] =>
  [...counts]
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => lossOf(reason, count))
    .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
