/** E-mail: text and HTML; the mails of one problem are one thread. */
import { createHash } from 'node:crypto';
import type { FormatSettings, Notification } from '@linewatch/contract';
import { cleanLine, cut, escapeHtml } from '../text.ts';
import { htmlOf, subjectOf, textOf, titleOf } from '../words.ts';
import { failedOf } from './answer.ts';
import type { Format, Mail } from './format.ts';
import { forget, takenOf } from './taken.ts';

const mostSubject = 200;
const mostOctets = 200_000;
const footer = 'Sent by Linewatch. Nobody reads answers to this address.';

const idOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 40);

export function mailOf(notification: Notification, settings: FormatSettings<'email'>, to: readonly string[]): Mail {
  const prefix = settings.prefix === undefined ? '' : `${settings.prefix} `;
  // The first mail has the id that the others answer to, so nothing has to be remembered.
  const root = `group.${idOf(notification.group.key)}`;
  const isFirst = notification.sequence === 1;
  const title = titleOf(notification);
  const size = { mostOctets };
  return {
    to,
    // One line, so no header can follow it.
    subject: cut(cleanLine(`${prefix}${subjectOf(notification)}`), mostSubject),
    text: `${title}\n\n${textOf(notification, size)}\n\n-- \n${footer}\n`,
    html: `<!doctype html><html lang="en"><head><meta charset="utf-8"></head><body><h2>${escapeHtml(title)}</h2>${htmlOf(notification, size)}<p>${footer}</p></body></html>`,
    messageId: isFirst ? root : `message.${idOf(notification.id)}`,
    inReplyTo: isFirst ? null : root,
  };
}

export const email: Format = {
  name: 'email',
  async send(sending) {
    const settings = sending.settings as FormatSettings<'email'>;
    const taken = takenOf(sending);
    const left = settings.to.filter((to) => !taken.has(to));
    if (left.length === 0) return { is: 'delivered' };
    try {
      const { accepted, deferred, refused, said } = await sending.mail(mailOf(sending.notification, settings, left));
      for (const to of accepted) taken.add(to);
      // Who took it is left out the next time.
      if (deferred.length > 0) return { is: 'later', why: `${deferred.join(', ')}: ${said}` };
      if (settings.to.every((to) => !taken.has(to))) return { is: 'refused', why: `${refused.join(', ')}: ${said}` };
      forget(sending);
      return { is: 'delivered' };
    } catch (error) {
      return failedOf(error);
    }
  },
};
