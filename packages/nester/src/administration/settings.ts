import type { SettingRecord } from '@aerie/contract';
import { type Config, environmentNames, type Limits, type Settings } from '../config.ts';

type Key = keyof Settings;

/** The settings as they hold, each as one would write it, and where it comes from. Each limit is one of them. */
export function settingRecords(config: Config): SettingRecord[] {
  const { sources } = config;
  return (Object.keys(environmentNames) as Key[]).flatMap((name): SettingRecord[] => {
    const variable = environmentNames[name];
    if (name !== 'limits') return [{ name, variable, value: written(config[name]), source: sources[name] ?? 'default' }];
    return (Object.keys(config.limits) as (keyof Limits)[]).map(limit => {
      const named = `limits.${limit}` as const;
      return { name: named, variable, value: String(config.limits[limit]), source: sources[named] ?? 'default' };
    });
  });
}

/** A value as it stands in a file or in the environment; empty when it is not set. */
function written(value: Config[Exclude<Key, 'limits'>]): string {
  if (value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (Array.isArray(value)) return value.join(',');
  if (typeof value === 'object') return `${value.host.includes(':') ? `[${value.host}]` : value.host}:${value.port}`;
  return /^[a-z]+:\/\//i.test(String(value)) ? masked(String(value)) : String(value);
}

/** An address of the network without what only its owner may know. */
function masked(url: string): string {
  return url.replace(/^([a-z]+:\/\/[^:@/]*):.*@/i, '$1:***@').replace(/([?&](?:password|sslpassword)=)[^&#]*/gi, '$1***');
}
