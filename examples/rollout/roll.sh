#!/bin/sh
# Brings another version into service, looks at it, and goes back to the earlier one when it does not do its work.
# Nobody who calls the application notices either way.
#
#   roll.sh APP PATH NEW OLD
#
# NEW and OLD are commands as for `mooring deploy --command`; PATH is asked for five times and must answer 2xx.
# MOORING is how the command line is called; default: npx mooring.
set -eu

if [ $# -ne 4 ]; then
  echo "usage: roll.sh APP PATH NEW OLD" >&2
  exit 2
fi
app=$1 path=$2 new=$3 old=$4
mooring=${MOORING:-npx mooring}

# A version that does not come up is told apart here: the earlier one has never stopped to serve.
if ! $mooring deploy "$app" --command "$new"; then
  echo "roll: the new version did not come up; the earlier one goes on" >&2
  exit 1
fi

for look in 1 2 3 4 5; do
  if ! $mooring invoke "$app" "$path" >/dev/null; then
    echo "roll: look $look at the new version failed; back to the earlier one" >&2
    $mooring deploy "$app" --command "$old"
    exit 1
  fi
done
echo "roll: the new version serves"
