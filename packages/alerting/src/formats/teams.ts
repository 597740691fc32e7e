/** Microsoft Teams: an adaptive card to a workflow that posts it. https://adaptivecards.io/explorer/AdaptiveCard.html */
import type { Notification } from '@linewatch/contract';
import { cut, linkOf } from '../text.ts';
import { type Block, blocksOf, extents, statusOf, subjectOf } from '../words.ts';
import { failedOf, secretOf, sentOf, without } from './answer.ts';
import type { Format } from './format.ts';

/** Teams takes about 28 KB of a message; some of that is its own. */
const mostOctets = 25_000;
const styles = { critical: 'attention', major: 'attention', minor: 'warning', info: 'accent' } as const;

type Element = Readonly<Record<string, unknown>>;
// Text runs are shown as they are: a text block would read its text as Markdown, and so make links of what others wrote.
const run = (text: string, more: Element = {}): Element => ({ type: 'TextRun', text, ...more });
const paragraph = (inlines: readonly Element[], more: Element = {}): Element => ({
  type: 'RichTextBlock',
  inlines,
  ...more,
});

function elementsOf({ heading, facts, lists }: Block, most: number): Element[] {
  return [
    ...(heading === '' ? [] : [paragraph([run(cut(heading, most), { weight: 'Bolder' })], { separator: true })]),
    ...facts.map(([label, value]) =>
      paragraph([run(`${label}: `, { weight: 'Bolder' }), run(cut(value, most))], { spacing: 'Small' }),
    ),
    ...lists.flatMap(({ heading: of, items }) => [
      paragraph([run(of, { weight: 'Bolder' })]),
      ...items.map((item) => paragraph([run(`• ${cut(item, most)}`)], { spacing: 'None' })),
    ]),
  ];
}

function message(notification: Notification, blocks: readonly Block[], most: number): unknown {
  const link = linkOf(notification.url);
  const isOver = notification.status === 'resolved';
  const isTest = notification.event === 'test';
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.2',
          fallbackText: cut(`${subjectOf(notification)}. ${statusOf(notification)}`, 500),
          msteams: { width: 'Full' },
          body: [
            {
              type: 'Container',
              style: isOver ? 'good' : isTest ? 'accent' : styles[notification.severity],
              bleed: true,
              items: [paragraph([run(subjectOf(notification), { weight: 'Bolder', size: 'Medium' })])],
            },
            ...blocks.flatMap((block) => elementsOf(block, most)),
          ],
          ...(link !== null &&
            link.length <= 2000 && { actions: [{ type: 'Action.OpenUrl', title: 'Details', url: link }] }),
        },
      },
    ],
  };
}

export function teamsBody(notification: Notification): string {
  let body = '';
  for (const [extent, most] of [...extents.map((each) => [each, 2000] as const), [extents.at(-1)!, 300] as const]) {
    body = JSON.stringify(message(notification, blocksOf(notification, extent), most));
    if (Buffer.byteLength(body) <= mostOctets) return body;
  }
  return body;
}

export const teams: Format = {
  name: 'teams',
  async send(sending) {
    const url = secretOf(sending, 'url');
    if (url === undefined) return without('address of the workflow');
    try {
      const answer = await sending.exchange({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json' },
        body: teamsBody(sending.notification),
      });
      // A connector of the older kind says 200 and in its text that Teams refused.
      const inner = /HTTP error (4\d\d|5\d\d)/.exec(answer.body.slice(0, 1000))?.[1];
      return sentOf(
        answer.status === 200 && inner !== undefined ? { ...answer, status: Number(inner) } : answer,
        sending.nowMs,
      );
    } catch (error) {
      return failedOf(error);
    }
  },
};
