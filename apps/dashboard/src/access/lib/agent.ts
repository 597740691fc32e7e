/** A browser's User-Agent in a few words; the whole of it when nothing in it is known. */
const browsers: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\/(\d+)/, 'Edge'],
  [/\bOPR\/(\d+)/, 'Opera'],
  [/\b(?:Firefox|FxiOS)\/(\d+)/, 'Firefox'],
  [/\b(?:Chrome|CriOS)\/(\d+)/, 'Chrome'],
  [/\bVersion\/(\d+)[\d.]* (?:Mobile\/\S+ )?Safari\//, 'Safari'],
];

const systems: readonly (readonly [RegExp, string])[] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
];

export function describeAgent(agent: string): string {
  const browser = browsers.find(([pattern]) => pattern.test(agent));
  if (!browser) return agent === '' ? 'Unknown program' : agent.slice(0, 60);
  const version = browser[0].exec(agent)?.[1] ?? '';
  const system = systems.find(([pattern]) => pattern.test(agent));
  return `${browser[1]} ${version}${system ? ` on ${system[1]}` : ''}`;
}
