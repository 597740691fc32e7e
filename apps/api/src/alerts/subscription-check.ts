/** What is wrong with a subscription, before it is kept or tried. */
import { checkSettings, signingProblem } from '@linewatch/alerting';
import { type SubscriptionBody, formats } from '@linewatch/contract';
import { matcherProblem } from './matching.ts';
import { misfits } from './rules.ts';

/** Settings take no more than this as JSON, octets. */
const maxSettingsBytes = 48 * 1024;

/** Each problem says where. `secrets`: names of those that it will have. */
export function subscriptionProblems(body: SubscriptionBody, secrets: readonly string[]): string[] {
  const problems = misfits(formats[body.format].settings, body.settings, 'body.settings');
  if (Buffer.byteLength(JSON.stringify(body.settings)) > maxSettingsBytes)
    problems.push(`body.settings is over ${maxSettingsBytes} octets`);
  if (problems.length === 0) {
    const { inbound, ...given } = body.secrets ?? {};
    const kept = Object.fromEntries(secrets.map((name) => [name, true as const]));
    const found = checkSettings(body.format, body.settings, { ...kept, ...given });
    problems.push(...found.map(({ path, message }) => `body.${path} ${message}`));
    const problem = typeof inbound === 'string' ? signingProblem(inbound) : null;
    if (problem !== null) problems.push(`body.secrets.inbound: ${problem}`);
  }
  problems.push(...body.match.matchers.flatMap((each, i) => matcherProblem(each, `body.match.matchers.${i}`) ?? []));
  if (body.hours && body.hours.from === body.hours.to) problems.push('body.hours begin when they end');
  return problems.slice(0, 20);
}
