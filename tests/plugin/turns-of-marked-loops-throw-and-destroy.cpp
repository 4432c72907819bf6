// SPDX-License-Identifier: BSD-2-Clause
// Exceptions leave a turn, and are caught in one; what lives in it is destroyed.
// RUN: %same %t -Wno-unknown-attributes %s
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

int alive;

struct Counted {
    explicit Counted(int x) : x(x) { alive++; }
    ~Counted() { alive--; }
    int x;
};

} // namespace

namespace work {

static int process(std::vector<std::string> &names, const int &limit, int fail)
{
    constexpr int width = 3;
    Counted outside(1);
    int done = 0;
    [[revector::loop]] for (unsigned i = 0; i < names.size(); i++) {
        Counted inside(static_cast<int>(i));
        int row[width] = {1, 2, 3};
        try {
            if (names[i] == "bad")
                throw std::runtime_error("bad one");
            for (int cell : row)
                done += cell;
        } catch (const std::exception &caught) {
            std::printf("caught %s at %d\n", caught.what(), inside.x);
            continue;
        }
        switch (width) {
        case 2:
            break;
        case width:
            done++;
        }
        if (done > limit)
            return -done;
        if (fail == inside.x)
            throw fail;
        names[i] += "!";
    }
    return done + outside.x;
}

} // namespace work

int main()
{
    std::vector<std::string> names = {"a", "bad", "c", "d"};
    for (int limit : {5, 100})
        for (int fail : {-1, 2})
            try {
                std::printf("%d\n", work::process(names, limit, fail));
            } catch (int thrown) {
                std::printf("thrown %d\n", thrown);
            }
    for (const std::string &name : names)
        std::printf("%s %d\n", name.c_str(), alive);
    return alive;
}
