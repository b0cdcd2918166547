import type { Incident, IncidentRule } from '@aerie/contract';
import type { Symptom } from './records.ts';

/** The figures of an incident: of its latest symptom, with the parts that count and the certificate that ends first. */
export function detailOf(
  rule: IncidentRule,
  detail: Incident['detail'],
  symptoms: ReadonlyMap<string, Symptom> | undefined,
): Incident['detail'] {
  const counted = [...(symptoms?.values() ?? [])].filter(symptom => symptom.state === 'counted' && symptom.item !== '');
  if (counted.length === 0) return detail;
  const ports = counted.map(symptom => symptom.item).sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10) || a.localeCompare(b));
  const merged: Incident['detail'] = { ...detail, ports: ports.join(', ') };
  if (rule === 'certificate.expiring')
    merged.notAfter = Math.min(...counted.map(symptom => symptom.detail.notAfter).filter(end => typeof end === 'number'));
  return merged;
}
