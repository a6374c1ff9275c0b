"""placeholder"""
class DurableEngine: pass
