import type { IncidentRule, Language } from '@aerie/contract';
import { incidentRule } from '@aerie/contract';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { anIncident, over } from '../../test/notify-room.ts';
import type { Tale } from './deliveries.ts';
import { mailOf } from './mail-text.ts';
import { readRoute } from './routes.ts';

const route = (language: Language, name: string) =>
  readRoute({
    route_id: 'r1',
    name,
    is_on: 1,
    target: '{"kind":"mail","to":["ops@school.example"]}',
    site_ids: null,
    groups: null,
    at_least: 'info',
    language,
    secret: null,
    created_at: 0,
    removed_at: null,
  });

const compose = (tale: Tale, language: Language = 'en', name = 'Ops') =>
  mailOf({ deliveryId: 'd1', route: route(language, name), tale, at: 0 }, { publicUrl: 'https://aerie.example', site: () => undefined });

/** What somebody may call a device, a site or a service, to do harm. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '<script>',
    '"><img src=x onerror=1>',
    '</title>',
    '&lt;b&gt;',
    '\r\nBcc: x@evil.example',
    '\u2028\u202E\u200B',
    "' onclick='x",
    '{reason}',
  ),
);
const ourTags = /<\/?(?:html|head|meta|title|body|p|table|tr|th|td|a)(?: [a-z]+="[^"<>]*")*>|<!doctype html>/g;

it('holds no mark-up, no second line and no header but ours, whatever things are called', () => {
  fc.assert(
    fc.property(
      fc.array(hostile, { minLength: 5, maxLength: 5 }),
      fc.constantFrom<Language>('en', 'fr'),
      fc.constantFrom(...incidentRule.options),
      fc.boolean(),
      (words, language, rule: IncidentRule, isOver) => {
        const [subject, siteName, by, banner, name] = words as [string, string, string, string, string];
        const incident = anIncident({
          rule,
          subject,
          siteName,
          acknowledgedBy: by,
          detail: { before: banner, after: banner, service: banner, address: banner, lastContactAt: 5 },
        });
        const mail = compose({ kind: 'incident', news: 'opened', incident: isOver ? over(incident) : incident }, language, name);
        expect(mail.subject).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        expect(mail.html.replace(ourTags, '')).not.toMatch(/[<>]/);
        expect(mail.text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        // The paragraphs are ours: what happened, the facts, the link, why one gets it.
        expect(mail.text.trimEnd().split('\n\n').length).toBe(4);
      },
    ),
  );
});

it('keeps all that is told of a storm together', () => {
  const storm = { stormId: 's1', beganAt: 0, endedAt: null, severity: 'critical' as const, incidents: 25, sites: [] };
  const [first, last] = [compose({ kind: 'storm', storm }), compose({ kind: 'storm', storm: { ...storm, incidents: 90, endedAt: 5 } })];
  expect([first.subject, first.thread]).toEqual([last.subject, last.thread]);
  expect(last.text).toContain('The storm is over: 90 incidents');
});
