import type { App } from '@linewatch/service';

interface Opened {
  close(): Promise<void>;
  /** That it is about to be closed: nobody is kept waiting long by it any more. */
  hurry?(): void;
}

/** Stops the app, then what was opened for it. */
export function owning(app: App, ...opened: readonly Opened[]): App {
  return {
    start: () => app.start(),
    health: () => app.health(),
    stop: async () => {
      for (const part of opened) part.hurry?.();
      try {
        await app.stop();
      } finally {
        await Promise.allSettled(opened.map((part) => part.close()));
      }
    },
  };
}
