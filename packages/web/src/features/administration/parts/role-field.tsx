import { type Role, roles } from '@aerie/contract/roles';
import { useText } from '../../../i18n/use-text.tsx';
import { SelectField } from '../../../ui/field.tsx';

/** Which rights somebody gets, with what they mean. */
export function RoleField({ value, onChange }: { value: Role; onChange: (role: Role) => void }) {
  const { t } = useText();
  return (
    <SelectField
      label={t('users.role')}
      hint={t(`role.${value}.means`)}
      value={value}
      onChange={event => onChange(event.target.value as Role)}
    >
      {roles.map(role => (
        <option key={role} value={role}>
          {t(`role.${role}`)}
        </option>
      ))}
    </SelectField>
  );
}
