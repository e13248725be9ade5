#include "bench/cli/program.h"

int main(int argc, char** argv) {
  return meterbench::run_program("meterbench", argc, argv, [](CLI::App& app, meterbench::VerbAction& chosen) {
    meterbench::add_run(app, chosen);
    meterbench::add_resume(app, chosen);
    meterbench::add_recompute(app, chosen);
    meterbench::add_gate(app, chosen);
    meterbench::add_control_verbs(app, chosen);
    meterbench::add_check(app, chosen);
    meterbench::add_plan(app, chosen);
    meterbench::add_ledger_verbs(app, chosen);
    meterbench::add_doctor(app, chosen);
    meterbench::add_discover(app, chosen);
    meterbench::add_lab(app, chosen);
    meterbench::add_meter(app, chosen);
  });
}
