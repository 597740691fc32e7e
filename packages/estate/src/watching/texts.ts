const london = new Intl.DateTimeFormat('en-GB', {
  ...{ timeZone: 'Europe/London', day: 'numeric', month: 'short', year: 'numeric' },
  ...{ hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZoneName: 'short' },
});

/** A moment for people: `1 Sept 2026, 09:30 BST`. */
export const at = (timeMs: number): string => london.format(timeMs);
