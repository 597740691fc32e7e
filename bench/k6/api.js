/* eslint-disable @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-argument -- k6 brings its own modules, which have no types here */
/* global __ENV */
// One endpoint of the API under a steady number of clients. Run by `npm run bench -- api`, which sets:
//   URLS     JSON array of addresses; each request takes the next one
//   CLIENTS  virtual users
//   SECONDS  how long
import { check } from 'k6';
import http from 'k6/http';
import exec from 'k6/execution';

const urls = JSON.parse(__ENV.URLS);

export const options = {
  vus: Number(__ENV.CLIENTS),
  duration: `${__ENV.SECONDS}s`,
  summaryTrendStats: ['med', 'p(95)', 'p(99)', 'max'],
  discardResponseBodies: true,
};

export default function () {
  const response = http.get(urls[exec.scenario.iterationInTest % urls.length]);
  check(response, { 'status is 200': ({ status }) => status === 200 });
}

export function handleSummary({ metrics }) {
  const duration = metrics.http_req_duration.values;
  return {
    stdout: JSON.stringify({
      requests: metrics.http_reqs.values.count,
      perSecond: metrics.http_reqs.values.rate,
      failed: metrics.checks.values.fails,
      p50Ms: duration.med,
      p95Ms: duration['p(95)'],
      p99Ms: duration['p(99)'],
      maxMs: duration.max,
    }),
  };
}
