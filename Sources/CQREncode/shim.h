#pragma once
// libqrencode 4.x. Of its calls only the string encoder is used: it takes no shared state but its own locked tables.
#include <qrencode.h>
