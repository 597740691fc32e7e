/** What stands out about an exporter, and what to do about it. */
import type { Exporter } from '@linewatch/contract';

type Advice = Exporter['advice'][number];
export type Advised = Omit<Exporter, 'advice'>;

/** The decoder corrects times by itself from 2 s on; from here on it is worth someone's while. */
const skewMs = 5000;
/** Longer, and bandwidth comes in lumps. */
const timeoutMs = 90_000;
const lostRatio = 0.001;

const length = (ms: number): string => {
  const s = Math.round(ms / 1000);
  if (s < 120) return `${s} s`;
  if (s < 7200) return `${Math.round(s / 60)} min`;
  if (s < 172_800) return `${Math.round(s / 3600)} h`;
  return `${Math.round(s / 86_400)} days`;
};

const percent = (ratio: number): string => `${(ratio * 100).toPrecision(2)}%`;

export function adviceOn(exporter: Advised): Advice[] {
  const advice: Advice[] = [];
  const add = (about: Advice['about'], text: string, action: string): void => {
    advice.push({ about, text, action });
  };
  const { state, decision, clockSkewMs, activeTimeoutMs, sampling, lostLastHour, setsHeld } = exporter;
  if (state === 'awaiting')
    add('admission', 'It awaits approval: nothing that it sends is read.', 'Approve it if you know it.');
  if (state === 'refused')
    add(
      'admission',
      decision === 'refused' ? 'Someone refused it.' : 'It is in none of the allowed networks.',
      decision === 'refused'
        ? 'Approve it to take its data from now on.'
        : 'Add its network to exporters.allow if it is yours.',
    );
  if (clockSkewMs !== null && Math.abs(clockSkewMs) >= skewMs)
    add(
      'clock',
      `Its clock is ${length(Math.abs(clockSkewMs))} ${clockSkewMs < 0 ? 'fast' : 'slow'}; times are corrected here.`,
      'Set NTP on the device.',
    );
  if (sampling.some(({ stated }) => !stated))
    add(
      'sampling',
      'It does not say how it samples: every packet is assumed to be counted.',
      'If it samples, have it send its sampling rate (options data), or its bandwidth is shown too low.',
    );
  if (activeTimeoutMs !== null && activeTimeoutMs > timeoutMs)
    add(
      'active_timeout',
      `It tells of long flows only every ${length(activeTimeoutMs)}: bandwidth comes late and evened out.`,
      'Set its active flow time-out to 60 s.',
    );
  if (setsHeld > 0)
    add(
      'templates',
      'Some of its data awaits a template.',
      'It is read when the template comes; have the exporter send templates at least once a minute.',
    );
  if (lostLastHour.ratio !== null && lostLastHour.ratio >= lostRatio)
    add(
      'upstream',
      `${percent(lostLastHour.ratio)} of what it sent in the last hour never reached us.`,
      'Look at the path from it to here; if sockets drop datagrams too, raise collector.receiveBufferBytes.',
    );
  return advice;
}
