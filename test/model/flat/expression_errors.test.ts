import { describe, expect, test } from "bun:test";
import { compileOf, constraintErrors, errorsOf, modelWith, objectiveErrors } from "../setup";

/** Code and the piece of text that the first error points at. */
function pointed(expression: string, errors = constraintErrors(expression)): (string | undefined)[] {
  const [first] = errors;
  return [first?.code, first && expression.slice(first.start, first.end)];
}

describe("an error points at the piece of text that is wrong", () => {
  test.each([
    ["x + demnd[0] <= 3", "unknown_name", "demnd"],
    ["x + q <= 3", "unknown_name", "q"],
    ["sqrt(x) <= 3", "unknown_function", "sqrt"],
    ["abs <= 3", "function_without_call", "abs"],
    ["x y <= 3", "missing_operator", "y"],
    ["x 2 <= 3", "missing_operator", "2"],
    ["2 3 x <= 3", "missing_operator", "3"],
    ["(x)2 <= 3", "missing_operator", "2"],
    ["x(y) <= 3", "missing_operator", "("],
    ["x + <= 3", "missing_operand", "<="],
    ["x + * 2 <= 3", "missing_operand", "*"],
    ["x <=", "missing_operand", ""],
    ["() <= 3", "missing_operand", ")"],
    ["sum() + x <= 3", "missing_operand", ")"],
    ["max(x,) <= 3", "missing_operand", ")"],
    ["(x + 2 <= 3", "misplaced_relation", "<="],
    ["x <= (3 + 1", "unclosed_bracket", "("],
    ["x <= demand[1", "unclosed_bracket", "["],
    ["x + 2) <= 3", "stray_bracket", ")"],
    ["x <= demand[1)", "stray_bracket", ")"],
    ["x <= (1]", "stray_bracket", "]"],
    ["x, y <= 3", "misplaced_comma", ","],
    ['x <= cost["A", "B"]', "misplaced_comma", ","],
    ["x + 2", "relation_missing", "x + 2"],
    ["1 <= x <= 3 <= 4", "too_many_relations", "<="],
    ["1 <= x >= 0", "mixed_range", "1 <= x >= 0"],
    ["1 = x = 1", "mixed_range", "1 = x = 1"],
    ["y <= x <= 3", "range_with_variables", "y"],
    ["5 <= x <= 3", "range_empty", "5 <= x <= 3"],
    ["x != 3", "unknown_symbol", "!="],
    ["x =< 3", "unknown_symbol", "=<"],
    ["x => 3", "unknown_symbol", "=>"],
    ["x − y <= 3", "unknown_symbol", "−"],
    ["x <= 3;", "unknown_symbol", ";"],
    ["x.y <= 3", "unknown_symbol", "."],
    ["`x <= 3", "unclosed_quote", "`x <= 3"],
    ['x <= cost["A]', "unclosed_quote", '"A]'],
    ['x <= "A"', "misplaced_text", '"A"'],
    ['x <= cost["A" + 1]', "misplaced_text", "+"],
    ["1e400 x <= 3", "number_too_large", "1e400"],
    ["1e300*1e300 x <= 3", "number_too_large", "1e300*1e300"],
    ["1e300*(1e300*x) <= 3", "number_too_large", "x"],
    ["1e300*1e300 - 1e300*1e300 + x <= 3", "number_too_large", "1e300*1e300 - 1e300*1e300"],
    ["3/x <= 3", "division_by_variable", "x"],
    ["3/(x + y) <= 3", "division_by_variable", "(x + y)"],
    ["x/0 <= 3", "division_by_zero", "0"],
    ["x/zero <= 3", "division_by_zero", "zero"],
    ["x*(2/(p - 3)) <= 3", "division_by_zero", "(p - 3)"],
    ["2^x <= 3", "exponent_not_constant", "x"],
    ["pow(2, x) <= 3", "exponent_not_constant", "x"],
    ["x <= (-8)^0.5", "not_a_number", "(-8)^0.5"],
    ["pow(2) + x <= 3", "wrong_argument_count", "pow(2)"],
    ["abs(1, 2) + x <= 3", "wrong_argument_count", "abs(1, 2)"],
    ["x*y <= 3", "quadratic_constraint", "x*y"],
    ["x + 2*(y^2) <= 3", "quadratic_constraint", "(y^2)"],
    ["pow(x, 2) <= 3", "quadratic_constraint", "pow(x, 2)"],
    ["x <= demand[3]", "index_out_of_range", "3"],
    ["x <= demand[-1]", "index_out_of_range", "-1"],
    ["x <= demand[0.5]", "index_out_of_range", "0.5"],
    ['x <= demand["A"]', "index_out_of_range", '"A"'],
    ['x <= cost["a"]', "unknown_key", '"a"'],
    ["x <= p[0]", "not_indexable", "p"],
    ["x[0] <= 3", "not_indexable", "["],
    ["x <= demand[y]", "index_not_constant", "y"],
    ["demand*x <= 3", "not_a_scalar", "demand"],
    ['cost["B"]*x <= 3', "not_a_scalar", 'cost["B"]'],
    ["1 >= 2", "constraint_never_holds", "1 >= 2"],
    ["x - x >= 2", "constraint_never_holds", "x - x >= 2"],
    ["", "expression_empty", ""],
    [" \n ", "expression_empty", " \n "],
  ])("%s", (expression, code, piece) => {
    expect(pointed(expression)).toEqual([code, piece]);
  });

  test.each([
    ["x + y <= 3", "relation_in_objective", "<="],
    ["x*y*z", "degree_too_high", "x*y"],
    ["x^3", "degree_too_high", "3"],
    ["(x^2)^2", "degree_too_high", "(x^2)"],
    ["x^p", "degree_too_high", "p"],
  ])("%s as an objective", (expression, code, piece) => {
    expect(pointed(expression, objectiveErrors(expression))).toEqual([code, piece]);
  });
});

test("line and column count from 1, across lines", () => {
  const [error] = constraintErrors("x\n  + y\n  + wrong <= 3");
  expect([error?.line, error?.column, error?.start]).toEqual([3, 5, 12]);
  expect(error?.path).toBe("constraints.0.expression");
});

test("an unknown name or key offers the nearest one", () => {
  expect(constraintErrors("x <= demnd[0]")[0]?.hint).toBe('did you mean "demand"?');
  expect(constraintErrors("su(x) <= 1")[0]?.hint).toBe('did you mean "sum"?');
  expect(constraintErrors('x <= cost["a"]')[0]?.hint).toBe('did you mean "A"?');
  expect(constraintErrors("x <= nothing_like_it")[0]?.hint).toBeUndefined();
});

test("one pass finds errors of names, of syntax and of values in all expressions, in reading order", () => {
  const model = modelWith({
    objective: { sense: "minimise", expression: "x + qq + rr" },
    constraints: [
      { expression: "x <= y/zero" },
      { expression: "x + <= 1" },
      { expression: "x <= demand[9] + demand[8]" },
    ],
    parameters: { demand: [1, Number.NaN], zero: 0 },
  });
  expect(errorsOf(model).map(({ code, path, start }) => [code, path, start])).toEqual([
    ["wrong_type", "parameters.demand.1", 0],
    ["unknown_name", "objective.expression", 4],
    ["unknown_name", "objective.expression", 9],
    ["wrong_value", "objective.sense", 0],
    ["division_by_zero", "constraints.0.expression", 7],
    ["missing_operand", "constraints.1.expression", 4],
    ["index_out_of_range", "constraints.2.expression", 12],
    ["index_out_of_range", "constraints.2.expression", 24],
  ]);
});

test("diagnostics stop at a hundred and count the rest, and warnings never crowd out errors", () => {
  const constraints = [
    ...Array.from({ length: 300 }, () => ({ expression: "x < 1" })),
    ...Array.from({ length: 250 }, () => ({ expression: "qq <= 1" })),
  ];
  const { diagnostics, problem } = compileOf(modelWith({ constraints }));
  expect(problem).toBeNull();
  expect(diagnostics).toHaveLength(101);
  expect(diagnostics.slice(0, 100).every(({ code }) => code === "unknown_name")).toBe(true);
  expect(diagnostics[100]).toMatchObject({ code: "diagnostics_omitted", severity: "error" });
  expect(diagnostics[100]?.message).toContain("450 more");
});
