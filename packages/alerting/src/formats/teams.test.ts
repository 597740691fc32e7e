import { afterEach, expect, it } from 'vitest';
import { exampleMs, notificationOf } from '../notification.suite.ts';
import { type Receiver, startReceiver } from './receiver.suite.ts';
import { teams, teamsBody } from './teams.ts';

let receiver: Receiver | undefined;
afterEach(() => receiver?.close());

type Node = Record<string, unknown>;
/** Elements of version 1.2 with the members that we may use. */
const elements: Record<string, string[]> = {
  Container: ['type', 'style', 'bleed', 'items'],
  RichTextBlock: ['type', 'inlines', 'separator', 'spacing'],
  TextRun: ['type', 'text', 'weight', 'size'],
};
function checkElement(node: Node): string[] {
  const allowed = elements[node['type'] as string];
  if (!allowed) throw new Error(`no element: ${String(node['type'])}`);
  for (const name of Object.keys(node))
    if (!allowed.includes(name)) throw new Error(`${String(node['type'])} has no ${name}`);
  if (node['type'] === 'TextRun') return [node['text'] as string];
  return ((node['items'] ?? node['inlines']) as Node[]).flatMap(checkElement);
}
function checkCard(body: string): { content: Node; texts: string[] } {
  if (Buffer.byteLength(body) > 28_000) throw new Error('too large');
  const { type, attachments } = JSON.parse(body) as { type: string; attachments: Node[] };
  const [attachment, ...others] = attachments;
  expect({ type, others, ...attachment, content: null }).toEqual({
    type: 'message',
    others: [],
    contentType: 'application/vnd.microsoft.card.adaptive',
    contentUrl: null,
    content: null,
  });
  const content = attachment!['content'] as Node;
  expect(content).toMatchObject({ type: 'AdaptiveCard', version: '1.2' });
  for (const action of (content['actions'] ?? []) as Node[])
    expect(action).toEqual({
      type: 'Action.OpenUrl',
      title: 'Details',
      url: expect.stringMatching(/^https?:\/\//) as string,
    });
  return { content, texts: (content['body'] as Node[]).flatMap(checkElement) };
}

it('is a card that a workflow takes, and its address is kept nowhere', async () => {
  receiver = await startReceiver(({ headers, body }) => {
    expect(headers['content-type']).toBe('application/json');
    checkCard(body);
    return { status: 202 };
  });
  const url = `${receiver.url}/workflows/0123456789abcdef0123456789abcdef/invoke?sig=signature-of-it`;
  const { sent, exchanges } = await receiver.send(teams, { secrets: { url: [url] } });
  expect(exchanges[0]!.answer?.body).toBe('');
  expect(sent).toEqual({ is: 'delivered' });
  expect(JSON.stringify(exchanges)).not.toMatch(/0123456789abcdef|signature-of-it/);
  const { texts, content } = checkCard(receiver.received[0]!.body);
  expect(texts.join(' ')).toMatch(/New: Oak Academy.*Fix by:.*UK time.*EXAMPLE-0001.*01632 960002/);
  expect(content['actions']).toHaveLength(1);
});

it('is green when it is over', () => {
  const of = (more: Parameters<typeof notificationOf>[0]) => checkCard(teamsBody(notificationOf(more))).content;
  const style = (content: Node) => (content['body'] as Node[])[0]!['style'];
  expect(style(of({}))).toBe('attention');
  expect(style(of({ status: 'resolved', event: 'resolved', endedMs: exampleMs }))).toBe('good');
});

it('makes no links of what others wrote', () => {
  const { content } = checkCard(
    teamsBody(notificationOf({ summary: '[ring us](https://evil.example)', url: 'javascript:alert(1)' })),
  );
  expect(content['actions']).toBeUndefined();
  expect(JSON.stringify(content)).not.toContain('"TextBlock"');
});

it('is told later when a connector says 200 for what Teams refused', async () => {
  receiver = await startReceiver(() => ({
    status: 200,
    body: 'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429',
  }));
  expect((await receiver.send(teams, { secrets: { url: [receiver.url] } })).sent.is).toBe('later');
});
