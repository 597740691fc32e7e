import type { App } from '@linewatch/service';

/** Stops the app, then what was opened for it. */
export function owning(app: App, ...opened: readonly { close(): Promise<void> }[]): App {
  return {
    start: () => app.start(),
    health: () => app.health(),
    stop: async () => {
      try {
        await app.stop();
      } finally {
        await Promise.allSettled(opened.map((part) => part.close()));
      }
    },
  };
}
