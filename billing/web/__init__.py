"""The documents' doors for browsers: staff's pages and the customer's page behind a link."""
