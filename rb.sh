cd /work/h1; /work/b h1 swift build --build-tests -Xswiftc -use-ld=lld 2>&1 | grep -E "error|warning: (unused|var)|Build complete" | sort -u | head -${1:-20}; date -u
