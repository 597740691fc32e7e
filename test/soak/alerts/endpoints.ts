/** Receivers that misbehave by a seed, and come back at last; but for those that say that they are gone. */
import { type Misbehaviour, Receiver } from '../../support/receiver.ts';
import { Random } from '../random.ts';

export interface Endpoint {
  readonly name: string;
  readonly receiver: Receiver;
  /** It says 410 at some time, and is not told any more. */
  readonly goes: boolean;
}

const wrongs = (random: Random): Misbehaviour => {
  const effect = random.chance(0.5);
  return random.pick<Misbehaviour>([
    { kind: 'hang', effect },
    // It said 200.
    { kind: 'cut', effect: true },
    { kind: 'garbage', effect },
    { kind: 'status', status: 500, effect },
    { kind: 'status', status: 503, headers: { 'retry-after': '1' }, effect: false },
    { kind: 'status', status: 429, headers: { 'retry-after': '1' }, effect: false },
    { kind: 'status', status: 302, headers: { location: 'http://127.0.0.1:1/' }, effect: false },
  ]);
};

/** Each has a share of requests that go wrong, and times in which all of them do. */
export async function startEndpoints(count: number, seed: number): Promise<readonly Endpoint[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, i): Promise<Endpoint> => {
      const random = new Random(seed + 1000 + i);
      // Seeds that lie close begin alike.
      random.octets(64);
      const receiver = new Receiver();
      const goes = i % 10 === 9;
      const share = i % 5 === 0 ? 0 : random.between(5, 25) / 100;
      let badUntilMs = 0;
      receiver.misbehave = () => {
        if (goes && receiver.messages.length >= 10) return { kind: 'status', status: 410, effect: false };
        if (Date.now() < badUntilMs) return wrongs(random);
        if (share > 0 && random.chance(0.01)) badUntilMs = Date.now() + random.between(500, 3000);
        return random.chance(share) ? wrongs(random) : undefined;
      };
      await receiver.start();
      return { name: `end-${i}`, receiver, goes };
    }),
  );
}
