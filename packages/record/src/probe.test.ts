import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProbeTargetError, maxProbeLength, parseProbe, parseProbes, readProbeText } from './probe.ts';

describe('a probe target', () => {
  it.each([
    ['192.0.2.1', 'icmp://192.0.2.1'],
    ['Edge.Example.ORG.', 'icmp://edge.example.org'],
    ['2001:DB8:0::1', 'icmp://[2001:db8::1]'],
    ['[2001:db8::1]', 'icmp://[2001:db8::1]'],
    ['::ffff:192.0.2.1', 'icmp://192.0.2.1'],
    ['ICMP://Host_1/', 'icmp://host_1'],
    ['tcp://[::1]:8443', 'tcp://[::1]:8443'],
    ['http://Example.org', 'http://example.org/'],
    ['http://example.org:80/A b'.replace(' ', '%20'), 'http://example.org/A%20b'],
    ['https://example.org:8443/x/../y?Q=1', 'https://example.org:8443/y?Q=1'],
    ['https://[2001:db8::1]:443/', 'https://[2001:db8::1]/'],
    ['dns://192.0.2.53/Example.org', 'dns://192.0.2.53/example.org'],
    ['dns://ns:5353/_sip._tcp.example.org.?type=srv', 'dns://ns:5353/_sip._tcp.example.org?type=SRV'],
    ['dns://ns/example.org?type=A', 'dns://ns/example.org'],
    ['stamp://hub', 'stamp://hub'],
    ['stamp://hub:862', 'stamp://hub'],
    ['stamp://hub:8620', 'stamp://hub:8620'],
  ])('%s is %s', (text, url) => {
    expect(parseProbe(text).url).toBe(url);
  });

  it('has its parts', () => {
    expect(parseProbe('10.0.0.1#north')).toEqual({
      kind: 'icmp',
      url: 'icmp://10.0.0.1',
      host: '10.0.0.1',
      collector: 'north',
    });
    expect(parseProbe('tcp://[2001:db8::1]:22')).toMatchObject({ kind: 'tcp', host: '2001:db8::1', port: 22 });
    expect(parseProbe('https://a/b?c')).toMatchObject({ kind: 'https', host: 'a', port: 443, path: '/b?c' });
    expect(parseProbe('dns://a/b?type=mx')).toMatchObject({ kind: 'dns', host: 'a', port: 53, name: 'b', type: 'MX' });
    expect(parseProbe('stamp://a')).toMatchObject({ kind: 'stamp', host: 'a', port: 862 });
  });

  it.each([
    ['host:443', 'say how it is to be probed'],
    ['10.1', 'neither a host name nor an address'],
    ['256.1.1.1', 'neither a host name nor an address'],
    ['0x7f000001', 'neither a host name nor an address'],
    ['-a.example', 'neither a host name nor an address'],
    ['fe80::1%eth0', 'zone'],
    ['icmp://[fe80::1%25eth0]', 'zone'],
    ['http://user:secret@host/', 'a name and password have no place'],
    ['tcp://host', 'needs a port'],
    ['tcp://host:0', 'port "0"'],
    ['tcp://host:65536', 'port "65536"'],
    ['tcp://host:443/x', 'nothing may follow'],
    ['icmp://host:7', 'icmp has no ports'],
    ['icmp://', 'it has no host name'],
    ['icmp://2001:db8::1', 'brackets'],
    ['icmp://[10.0.0.1]', 'no IPv6 address'],
    ['ftp://host/', '"ftp" is none of'],
    ['file:///etc/passwd', 'it has no host name'],
    ['dns://server', 'of the form dns://server/name'],
    ['dns://server/', 'it has no name to ask for'],
    ['dns://server/a.localhost', 'no name server is asked'],
    ['dns://server/name?type=ANY', 'its type is none of A'],
    ['dns://server/name?class=CH', 'of the form dns://server/name'],
    ['host#', 'no label of a collector'],
    ['host#North', 'no label of a collector'],
    ['a\u0000b', 'control character'],
    ['bücher.example', 'xn--'],
    [`http://host/${'a'.repeat(maxProbeLength)}`, 'longer than'],
  ])('%j is none, and it is said why', (text, why) => {
    expect(() => parseProbe(text)).toThrow(why);
  });

  it('is its own canonical text, and that has nothing in it that would end it in a sample', () => {
    const host = fc.oneof(
      fc.domain(),
      fc.ipV4(),
      fc.ipV6().map((each) => `[${each}]`),
    );
    const port = fc.integer({ min: 1, max: 65_535 });
    const url = fc.oneof(
      host.map((h) => `icmp://${h}`),
      fc.tuple(host, port).map(([h, p]) => `tcp://${h}:${p}`),
      fc.tuple(host, port).map(([h, p]) => `stamp://${h}:${p}`),
      fc
        .tuple(fc.constantFrom('http', 'https'), host, fc.webPath(), fc.webQueryParameters())
        .map(([scheme, h, at, query]) => `${scheme}://${h}${at === '' ? '/' : at}?${query}`),
      fc.tuple(host, fc.domain()).map(([h, name]) => `dns://${h}/${name}?type=TXT`),
    );
    fc.assert(
      fc.property(url, (text) => {
        fc.pre(text.length < maxProbeLength / 3);
        const target = parseProbe(text);
        expect(target.url).toMatch(/^[\x21-\x7e]+$/);
        expect(target.url).not.toContain('#');
        expect(parseProbe(target.url)).toEqual(target);
        expect(parseProbe(`${target.url}#far`)).toEqual({ ...target, collector: 'far' });
      }),
    );
  });

  it('is understood or refused in words, whatever is written', () => {
    const pieces = fc.constantFrom(
      'icmp',
      'http',
      'dns',
      '://',
      '[',
      ']',
      ':',
      '/',
      '?',
      '#',
      '@',
      '%',
      '..',
      '::1',
      'a',
      '1',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc.array(pieces, { maxLength: 12 }).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(text, (each) => {
        try {
          const { url } = parseProbe(each);
          expect(parseProbe(url).url).toBe(url);
        } catch (error) {
          expect(error).toBeInstanceOf(ProbeTargetError);
          expect((error as Error).message.length).toBeLessThan(300);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the targets of a circuit', () => {
  it('stand with blanks between them, each once', () => {
    const urls = parseProbes('  10.0.0.1 \t icmp://10.0.0.1\n10.0.0.1#far https://a ').map(({ url, collector }) => [
      url,
      collector,
    ]);
    expect(urls).toEqual([
      ['icmp://10.0.0.1', undefined],
      ['icmp://10.0.0.1', 'far'],
      ['https://a/', undefined],
    ]);
  });

  it('are one at least and eight at most, and which is wrong is said', () => {
    expect(() => parseProbes(' ')).toThrow('there is no probe target');
    const many = Array.from({ length: 9 }, (_, i) => `10.0.0.${i}`);
    expect(parseProbes(many.slice(1).join(' '))).toHaveLength(8);
    expect(() => parseProbes(many.join(' '))).toThrow('more than 8');
    expect(() => parseProbes('10.0.0.1 tcp://b 10.0.0.2')).toThrow('"tcp://b" is no probe target: it needs a port');
  });
});

describe('the text of a sample', () => {
  it('is the target and what was wrong', () => {
    expect(readProbeText('icmp://10.0.0.1')).toEqual({ url: 'icmp://10.0.0.1', reason: '' });
    expect(readProbeText('http://a/ http 503')).toEqual({ url: 'http://a/', reason: 'http 503' });
  });
});
