/**
 * Must be imported before Elysia, which reads NODE_ENV as it loads. Outside production it builds a report of every invalid
 * body, and that fails on values such as `{"toString": 1}`: the client would see a 500. Our own answers carry the details.
 */
process.env.NODE_ENV = "production";
