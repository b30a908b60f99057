# SPDX-License-Identifier: Apache-2.0
"""The runner of all suites that compare texts; see __main__.py."""
