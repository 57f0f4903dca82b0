"""Start jobs when their schedules say so, and tell people when one needs them."""
