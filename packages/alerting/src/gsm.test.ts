import fc from 'fast-check';
import { expect, it } from 'vitest';
import { smsText } from './formats/sms.ts';
import { gsmLength, gsmText } from './gsm.ts';
import { anyNotification, notificationOf } from './notification.suite.ts';

it('has letters of the default alphabet alone', () => {
  expect(gsmText('Ysgol Tŷ Gŵyr – “café” £5 … 😀 €[1]')).toBe('Ysgol Ty Gwyr - "café" £5 ... ? €[1]');
  expect(gsmLength('a€[b')).toBe(6);
});

it('is as long as two parts are, whatever is told', () => {
  expect(smsText(notificationOf(), 306)).toMatch(
    /^New: Oak Academy: primary line is down\..* https:\/\/linewatch\.example\.org\/incidents\/7$/,
  );
  fc.assert(
    fc.property(anyNotification, fc.integer({ min: 70, max: 1600 }), (notification, most) => {
      const text = smsText(notification, most);
      expect(gsmLength(text)).toBeLessThanOrEqual(most);
      expect(gsmText(text)).toBe(text);
      expect(text.length).toBeGreaterThan(0);
    }),
    { numRuns: 20 },
  );
});
