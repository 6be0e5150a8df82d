# What the set-up and the reset of every project share. /srv/facts is the project as its Python description has it:
# folder user checkout backups unit database role password.
set -euo pipefail
. /srv/facts
cd "/srv/$folder"

as_postgres() { setpriv --reuid=postgres --regid=postgres --init-groups --reset-env psql -v ON_ERROR_STOP=1 -qX "$@"; }
as_user() { setpriv --reuid="$user" --regid="$user" --init-groups --reset-env env -C "$checkout" "$@"; }
git_commit() { as_user git commit -qm "$1"; }

# ---- set-up ----

make_user() {
  echo vps >/etc/hostname
  useradd --create-home --shell /bin/bash "$user"
  chmod 0711 "/home/$user"
}

make_database() {
  as_postgres -c "CREATE ROLE $role LOGIN PASSWORD '$password'" -c "CREATE DATABASE $database OWNER $role"
}

make_checkout() { # with its virtualenv, above Debian's own packages; nothing is committed yet
  cp -r project "$checkout"
  chown -R "$user:" "$checkout"
  as_user git init -q -b main
  as_user git config user.name "$user's operator"
  as_user git config user.email "operator@$user.example"
  as_user python3 -m venv --system-site-packages .venv
}

install_unit() {
  install -m 0644 "host/$unit" "/etc/systemd/system/$unit"
  systemctl daemon-reload
}

make_backups() { install -o "$user" -g "$user" -m 0750 -d "$backups"; }

keep_start() { # what every test starts from
  as_postgres -c "ALTER DATABASE $database RENAME TO ${database}_start"
  cp -a "$checkout" checkout-start
}

# ---- reset ----

stop_all() {
  systemctl stop "$unit"
  systemctl start "postgresql@$(ls /etc/postgresql)-main.service"
  install_unit
  systemctl reset-failed
}

database_from_start() {
  as_postgres -c "DROP DATABASE IF EXISTS $database WITH (FORCE)" \
    -c "CREATE DATABASE $database TEMPLATE ${database}_start OWNER $role"
}

files_from_start() {
  rm -rf "$checkout" "$backups" /home/"$user"/.local /home/"$user"/*.yaml /var/lib/orchestrate
  cp -a checkout-start "$checkout"
  make_backups
}

start_service() { # start_service WORDS: until its journal has them
  systemctl start "$unit"
  local invocation attempt
  invocation=$(systemctl show --property=InvocationID --value "$unit")
  for attempt in $(seq 100); do
    if journalctl --quiet -o cat "_SYSTEMD_INVOCATION_ID=$invocation" | grep -q "$1"; then
      return
    fi
    sleep 0.05
  done
  echo "$unit did not say: $1" >&2
  exit 1
}

lay_update() { # uncommitted, owned by the user
  cp -r update/. "$checkout"
  (cd update && find . -print0) | (cd "$checkout" && xargs -0 chown -h "$user:")
}
