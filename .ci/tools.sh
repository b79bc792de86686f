# shellcheck shell=sh
# Sourced by ./run, ./test and what is in .ci: what they need on a machine, and how they get it.

# For Maven, where the code was checked before: without Error Prone and measuring of coverage, several times as fast.
# shellcheck disable=SC2034 # for those who source this
unchecked='-Djacoco.skip -Derror-prone.flags=-XepDisableAllChecks -Dnullaway.test-flags=-XepDisableAllChecks'

say() {
	echo "==> $*"
}

fail() {
	echo "$*" >&2
	exit 1
}

# The major version of the JDK that ./mvnw will use, or nothing where there is none.
jdk_version() {
	"${JAVA_HOME:+$JAVA_HOME/bin/}javac" -version 2>&1 | sed -n 's/^javac \(1\.\)\{0,1\}\([0-9]*\).*/\2/p'
}

require_jdk() {
	version=$(jdk_version)
	get_one="install JDK 17 or newer (https://adoptium.net has it for every system) and put it on the PATH or in JAVA_HOME."
	[ -n "$version" ] || fail "No JDK found${JAVA_HOME:+ in JAVA_HOME=$JAVA_HOME}: $get_one"
	[ "$version" -ge 17 ] || fail "JDK $version is too old: $get_one"
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		command -v sudo >/dev/null || fail "Installing needs root or sudo: please install what is missing yourself, and try again."
		sudo "$@"
	fi
}

# Installs a program where it is missing: the program, its package in Debian, its package elsewhere.
require_program() {
	if command -v "$1" >/dev/null; then
		return
	elif command -v apt-get >/dev/null; then
		say "$1 is missing: installing it with apt-get"
		as_root apt-get -q update && as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y install "$2"
	elif command -v dnf >/dev/null; then
		say "$1 is missing: installing it with dnf"
		as_root dnf -q -y install "$3"
	elif command -v apk >/dev/null; then
		say "$1 is missing: installing it with apk"
		as_root apk -q add "$3"
	elif command -v brew >/dev/null; then
		say "$1 is missing: installing it with brew"
		brew install -q "$3"
	else
		fail "$1 is missing, and so are apt-get, dnf, apk and brew: please install it yourself, and try again."
	fi || fail "$1 could not be installed (see above): please install it yourself, and try again."
}

require_memcached() {
	require_program memcached memcached memcached
}

require_redis() {
	require_program redis-server redis-server redis
}

# Puts a program on the PATH that only some tests need, and that they skip without: from the Debian package that has it,
# of the given suite or the machine's own, unpacked below .ci/tools. Needs no root and starts no service. Fails where it
# cannot be had.
borrow() { # program package [suite]
	command -v "$1" >/dev/null && return
	[ -d ".ci/tools/$2" ] || unpack "$2" "${3-}" ".ci/tools/$2" >/dev/null 2>&1 || return 1
	program=$(find "$PWD/.ci/tools/$2/usr" -name "$1" -type f -perm -u+x | head -n 1)
	[ -n "$program" ] && "$program" --version >/dev/null 2>&1 || return 1
	PATH=$PATH:${program%/*}
	export PATH
}

# Puts newer-memcached on the PATH, likewise: a release that lets clients choose the unique numbers of items (1.6.27 and
# later), of Debian's trixie.
borrow_newer_memcached() {
	borrow_memcached newer-memcached trixie libevent-2.1-7t64 libssl3t64
}

# Puts newest-memcached on the PATH, likewise: the release that the embedded server is compared with, of Debian's sid.
borrow_newest_memcached() {
	borrow_memcached newest-memcached sid libevent-2.1-7t64 libssl3t64 liblua5.4-0
}

# Puts older-memcached on the PATH, likewise: 1.6.18, the oldest release that is supported, of Debian's bookworm.
borrow_older_memcached() {
	borrow_memcached older-memcached bookworm libevent-2.1-7 libssl3
}

# A memcached of another suite, run with the libraries of that suite.
borrow_memcached() { # program suite library's package...
	command -v "$1" >/dev/null && return
	program=$1 suite=$2
	shift 2
	for package in memcached libc6 libsasl2-2 "$@"; do
		[ -d ".ci/tools/$suite/$package" ] || unpack "$package" "$suite" ".ci/tools/$suite/$package" >/dev/null 2>&1 || return 1
	done
	unpacked=$PWD/.ci/tools/$suite
	loader=$(find "$unpacked/libc6" -name 'ld-linux*.so.*' -type f | head -n 1)
	libraries=$(find "$unpacked" -name 'lib*.so.*' | sed 's|/[^/]*$||' | sort -u | tr '\n' ':')
	cat >"$unpacked/$program" <<-END
		#!/bin/sh
		exec "$loader" --library-path "$libraries" "$unpacked/memcached/usr/bin/memcached" "\$@"
	END
	chmod +x "$unpacked/$program"
	"$unpacked/$program" --version >/dev/null 2>&1 || return 1
	PATH=$PATH:$unpacked
	export PATH
}

unpack() ( # package suite directory
	command -v apt-get && command -v dpkg-deb || return 1
	package=$1 suite=$2 directory=$PWD/$3
	download=$(mktemp -d)
	trap 'rm -rf "$download"' EXIT
	cd "$download" || return 1
	if [ -n "$suite" ] || ! timeout 60 apt-get -q download "$package"; then
		mkdir lists cache
		set -- -q -o "Dir::State::Lists=$download/lists" -o "Dir::Cache=$download/cache"
		if [ -n "$suite" ]; then
			# What is installed may be of a suite that is not asked, and would be the candidate.
			: >status
			mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' | head -n 1)
			echo "deb $mirror $suite main" >sources.list
			set -- "$@" -o "Dir::Etc::SourceList=$download/sources.list" -o Dir::Etc::SourceParts=/dev/null \
				-o "Dir::State::status=$download/status"
		fi
		timeout 120 apt-get "$@" update && timeout 60 apt-get "$@" download "$package" || return 1
	fi
	dpkg-deb -x "$package"_*.deb unpacked && mkdir -p "${directory%/*}" && mv unpacked "$directory"
)

# The tests that failed, one on a line.
failed_tests() {
	find . -path '*/target/surefire-reports/*TEST-*.xml' -exec awk '
		/<testcase / { test = $0; sub(/.*<testcase name="/, "", test); name = test; sub(/".*/, "", name)
			sub(/.*classname="/, "", test); sub(/".*/, "", test) }
		/<(failure|error)[ >]/ { print "failed: " test "." name }' {} +
}

# Adds up what Surefire counted in every module.
test_counts() {
	find . -path '*/target/surefire-reports/*TEST-*.xml' -exec sed -n 's/^<testsuite .* \(tests="[0-9]*".*\)>$/\1/p' {} + |
		tr -d '"' | tr ' ' '\n' | awk -F= '
			$1 == "tests" { run += $2 }
			$1 == "failures" || $1 == "errors" { failed += $2 }
			$1 == "skipped" { skipped += $2 }
			END { printf "%d passed, %d failed, %d skipped\n", run - failed - skipped, failed, skipped }'
}
