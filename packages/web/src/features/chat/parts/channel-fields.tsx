import type { Role } from '@aerie/contract';
import { channelNameProblem } from '@aerie/contract/names';
import { roles } from '@aerie/contract/roles';
import { useText } from '../../../i18n/use-text.tsx';
import { SelectField, TextField } from '../../../ui/field.tsx';

/** What one would type as a title becomes a channel's name: spaces turn into dashes. */
export function channelNameOf(typed: string): string {
  return typed.replace(/^#/, '').trim().replace(/\s+/g, '-');
}

/** Whether a typed name can be a channel's. */
export function isChannelName(typed: string): boolean {
  return channelNameProblem(channelNameOf(typed)) === undefined;
}

/** A channel's name, with what becomes of what was typed. */
export function ChannelNameField({
  value,
  onChange,
  focus = false,
}: {
  value: string;
  onChange: (typed: string) => void;
  focus?: boolean;
}) {
  const { t, sentence } = useText();
  const name = channelNameOf(value);
  const problem = name === '' ? undefined : channelNameProblem(name);
  return (
    <TextField
      label={t('create.name')}
      hint={name && name !== value ? `#${name}` : t('create.nameHint')}
      error={problem && sentence({ code: 'bad_channel_name', params: { reason: problem } })}
      value={value}
      autoComplete="off"
      onChange={event => onChange(event.target.value)}
      {...(focus && { 'data-autofocus': true })}
    />
  );
}

export interface Rights {
  minRole: Role;
  postRole: Role;
}

/** Who may be in a channel, and who may write there. */
export function RightsFields({ rights, onChange }: { rights: Rights; onChange: (rights: Rights) => void }) {
  const { t } = useText();
  const option = (role: Role) => (
    <option key={role} value={role}>
      {t(`rights.${role}`)}
    </option>
  );
  return (
    <>
      <SelectField
        label={t('rights.see')}
        value={rights.minRole}
        onChange={event => onChange({ ...rights, minRole: event.target.value as Role })}
      >
        {roles.map(option)}
      </SelectField>
      <SelectField
        label={t('rights.post')}
        // Viewers never write, wherever they are.
        value={rights.postRole === 'viewer' ? 'member' : rights.postRole}
        onChange={event => onChange({ ...rights, postRole: event.target.value as Role })}
      >
        {roles.filter(role => role !== 'viewer').map(option)}
      </SelectField>
    </>
  );
}
