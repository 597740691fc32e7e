/** What each worker's process is called: the first has no number. `name` is the part's. */
export const workerNames = (workers: number, name = 'collector'): string[] =>
  Array.from({ length: workers }, (_, worker) => (worker === 0 ? name : `${name}-${worker}`));

export const isWorker = (part: string): boolean => part.startsWith('collector');

export const isWatcher = (part: string): boolean => part.startsWith('watcher');

export const isNotifier = (part: string): boolean => part.startsWith('notifier');

export const isWriter = (part: string): boolean => part.startsWith('writer');
