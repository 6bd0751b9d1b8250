"""The pages: one room each. A page talks to the engine through EngineThread only, and to no other page."""
